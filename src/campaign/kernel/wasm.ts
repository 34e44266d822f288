import { FIRST_VECTOR, moduleOf, op } from './binary.ts';
import type { Engine } from './javascript.ts';
import type { Program } from './program.ts';
import { LANES, STATE_WORDS } from './streams.ts';
import type { Word } from './words.ts';

/** A program as WebAssembly, all lanes at once. @returns undefined where there is no WebAssembly, or none with vectors */
export function wasmOf(program: Program): Engine | undefined {
  const wasm = bytesOf(program);
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(wasm)) return undefined;
  const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
  const words = new Int32Array(memory.buffer);
  const results = program.results.length * LANES;
  return {
    advance(states, steps, counts, last) {
      words.set(states, STATES / 4);
      words.fill(0, COUNTS / 4, COUNTS / 4 + results);
      run(steps);
      states.set(words.subarray(STATES / 4, STATES / 4 + states.length));
      last.set(words.subarray(lastOf(program) / 4, lastOf(program) / 4 + results));
      for (let index = 0; index < results; index += 1) counts[Math.floor(index / LANES)]! += words[COUNTS / 4 + index]!;
    },
  };
}

/** The little of it that is used here; the library of types for programs without a browser leaves it out. */
declare const WebAssembly: {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly run: (steps: number) => void };
  };
};

/** Bytes of a vector. */
const VECTOR = 16;

/** Where in memory: a, b, c and the counter; how often each result came about, in each lane; and the last step's results. */
const STATES = 0;
const COUNTS = STATES + STATE_WORDS * VECTOR;
const lastOf = ({ results }: Program): number => COUNTS + results.length * VECTOR;

const STEPS = 0;
const [A, B, C, D, ONE, FIRST_COUNT] = [0, 1, 2, 3, 4, 5].map((place) => FIRST_VECTOR + place) as [number, number, number, number, number, number];

/**
 * A gate that is used once is computed where it is used; any other is kept in a local. Gates are met in the order of the
 * program, so that coins are drawn in the order in which JavaScript draws them.
 */
export function bytesOf(program: Program): Uint8Array<ArrayBuffer> {
  const { words, results, uses } = program;
  const firstLast = FIRST_COUNT + results.length;
  const locals = new Map<Word, number>();
  let free = firstLast + results.length;
  const code: number[] = [];
  const emit = (bytes: readonly number[]): void => {
    for (const byte of bytes) code.push(byte);
  };

  results.forEach((result, index) => {
    push(result);
    emit(op.localTee(firstLast + index));
    emit([...op.onesOfBytes, ...op.addPairsOfBytes, ...op.addPairsOfShorts]);
    emit([...op.localGet(FIRST_COUNT + index), ...op.add, ...op.localSet(FIRST_COUNT + index)]);
  });
  const load = [A, B, C, D].flatMap((local, place) => [...op.i32Const(0), ...op.load(STATES + place * VECTOR), ...op.localSet(local)]);
  const store = (local: number, place: number): number[] => [...op.i32Const(0), ...op.localGet(local), ...op.store(place)];
  const countdown = [...op.localGet(STEPS), ...op.i32Const(1), ...op.i32Sub, ...op.localTee(STEPS), ...op.again];
  const body = [...load, ...op.i32Const(1), ...op.splat, ...op.localSet(ONE)].concat(
    op.loop(code.concat(countdown)),
    [A, B, C, D].flatMap((local, place) => store(local, STATES + place * VECTOR)),
    results.flatMap((_, index) => store(FIRST_COUNT + index, COUNTS + index * VECTOR)),
    results.flatMap((_, index) => store(firstLast + index, lastOf(program) + index * VECTOR)),
  );
  return moduleOf(body, free - FIRST_VECTOR);

  function push(word: Word): void {
    const local = locals.get(word);
    if (local !== undefined) return emit(op.localGet(local));
    compute(word);
    if (uses.get(word) === 1) return;
    locals.set(word, free);
    emit(op.localTee(free));
    free += 1;
  }

  function compute(word: Word): void {
    const gate = words.gate(word);
    switch (gate.type) {
      case 'constant':
        return emit(op.constant(gate.value));
      case 'coin':
        return draw();
      case 'not':
        push(gate.of);
        return emit(op.not);
      case 'and':
      case 'or':
      case 'xor':
      case 'but':
        push(gate.a);
        push(gate.b);
        return emit(op[gate.type]);
      case 'select':
        push(gate.chosen);
        push(gate.otherwise);
        push(gate.by);
        return emit(op.select);
      default:
        gate satisfies never;
    }
  }

  /** One step of sfc32 in every lane; its output stays on the stack. */
  function draw(): void {
    const out = free;
    free += 1;
    emit([...op.localGet(A), ...op.localGet(B), ...op.add, ...op.localGet(D), ...op.add, ...op.localTee(out)]);
    emit([...op.localGet(D), ...op.localGet(ONE), ...op.add, ...op.localSet(D)]);
    emit([...op.localGet(B), ...op.localGet(B), ...op.i32Const(9), ...op.shiftRight, ...op.xor, ...op.localSet(A)]);
    emit([...op.localGet(C), ...op.localGet(C), ...op.i32Const(3), ...op.shiftLeft, ...op.add, ...op.localSet(B)]);
    emit([...op.localGet(C), ...op.i32Const(21), ...op.shiftLeft, ...op.localGet(C), ...op.i32Const(11), ...op.shiftRight, ...op.or]);
    emit([...op.localGet(out), ...op.add, ...op.localSet(C)]);
  }
}
