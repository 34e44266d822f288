import { instanceOf, isRunnable, moduleOf, op } from '../../core/wasm.ts';
import type { Signal } from '../../generals/symbolic/words.ts';
import type { Engine } from './javascript.ts';
import type { Program } from './program.ts';
import { GENERATORS, LANES, STATE_WORDS } from './streams.ts';

/** Whether there is WebAssembly here, and with vectors: then every program can be compiled. */
export function isWasmThere(): boolean {
  known ??= isRunnable(moduleOf({ parameters: 1, words: 0, vectors: 1 }, [...op.constant(true), ...op.localSet(FIRST_VECTOR)]));
  return known;
}

let known: boolean | undefined;

/** A program as WebAssembly, all lanes at once. @returns undefined where there is no WebAssembly, or none with vectors */
export function wasmOf(program: Program): Engine | undefined {
  if (!isWasmThere()) return undefined;
  const wasm = bytesOf(program);
  const { memory, run } = instanceOf(wasm);
  const words = new Int32Array(memory.buffer);
  const results = program.results.length * LANES;
  return {
    advance(states, steps, counts, last) {
      words.set(states, STATES / 4);
      words.fill(0, COUNTS / 4, COUNTS / 4 + results);
      if (steps > STEPS_MAX) throw new Error(`${steps} steps in one call are too many to be counted`);
      run(steps);
      states.set(words.subarray(STATES / 4, STATES / 4 + states.length));
      last.set(words.subarray(lastOf(program) / 4, lastOf(program) / 4 + results));
      for (let index = 0; index < results; index += 1) counts[Math.floor(index / LANES)]! += words[COUNTS / 4 + index]!;
    },
  };
}

/** Bytes of a vector. */
const VECTOR = 16;

/** Where in memory: a, b, c and the counter; how often each result came about, in each lane; and the last step's results. */
const STATES = 0;
const COUNTS = STATES + GENERATORS * STATE_WORDS * VECTOR;
const lastOf = ({ results }: Program): number => COUNTS + results.length * VECTOR;

/** A step adds up to 8 to a byte, which holds 255, and up to 16 to a short, which holds 65535. */
const CARRY_EVERY = 16;
const STEPS_MAX = 4095;

const STEPS = 0;
/** The first local that is a vector: after the number of steps. */
const FIRST_VECTOR = 1;
/** For each generator: a, b, c, and the counter. */
const FIRST_STATE = FIRST_VECTOR;
const ONE = FIRST_STATE + GENERATORS * STATE_WORDS;
const FIRST_COUNT = ONE + 1;

/**
 * A gate that is used once is computed where it is used; any other is kept in a local. Gates are met in the order of the
 * program, so that coins are drawn in the order in which JavaScript draws them.
 */
export function bytesOf(program: Program): Uint8Array<ArrayBuffer> {
  const { words, results, uses } = program;
  const firstByteCount = FIRST_COUNT + results.length;
  const firstLast = firstByteCount + results.length;
  const locals = new Map<Signal, number>();
  let free = firstLast + results.length;
  let drawn = 0;
  const code: number[] = [];
  const emit = (bytes: readonly number[]): void => {
    for (const byte of bytes) code.push(byte);
  };

  results.forEach((result, index) => {
    push(result);
    emit(op.localTee(firstLast + index));
    emit([...op.onesOfBytes, ...op.localGet(firstByteCount + index), ...op.addBytes, ...op.localSet(firstByteCount + index)]);
  });
  const states = Array.from({ length: GENERATORS * STATE_WORDS }, (_, place) => place);
  const load = states.flatMap((place) => [...op.i32Const(0), ...op.load(STATES + place * VECTOR), ...op.localSet(FIRST_STATE + place)]);
  const store = (local: number, place: number): number[] => [...op.i32Const(0), ...op.localGet(local), ...op.store(place)];
  const countdown = [...op.localGet(STEPS), ...op.i32Const(1), ...op.i32Sub, ...op.localTee(STEPS)];
  // Bytes hold the ones of some steps, shorts those of a whole call.
  const carry = results.flatMap((_, index) => {
    const [bytes, count] = [firstByteCount + index, FIRST_COUNT + index];
    return op.localGet(bytes).concat(op.addPairsOfBytes, op.localGet(count), op.addShorts, op.localSet(count), op.constant(false), op.localSet(bytes));
  });
  const carryInTime = [...op.i32Const(CARRY_EVERY - 1), ...op.i32And, ...op.unless(carry)];
  const body = [...load, ...op.i32Const(1), ...op.splat, ...op.localSet(ONE)].concat(
    op.loop(code.concat(countdown, carryInTime, op.localGet(STEPS), op.again)),
    states.flatMap((place) => store(FIRST_STATE + place, STATES + place * VECTOR)),
    results.flatMap((_, index) => [...op.i32Const(0), ...op.localGet(FIRST_COUNT + index), ...op.addPairsOfShorts, ...op.store(COUNTS + index * VECTOR)]),
    results.flatMap((_, index) => store(firstLast + index, lastOf(program) + index * VECTOR)),
  );
  return moduleOf({ parameters: 1, words: 0, vectors: free - FIRST_VECTOR }, body);

  function push(word: Signal): void {
    const local = locals.get(word);
    if (local !== undefined) return emit(op.localGet(local));
    compute(word);
    if (uses.get(word) === 1) return;
    locals.set(word, free);
    emit(op.localTee(free));
    free += 1;
  }

  function compute(word: Signal): void {
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
      case 'at-least':
        throw new Error('what is compiled has sums in the place of these');
      default:
        gate satisfies never;
    }
  }

  /** One step of the generator whose turn it is, in every lane; its output stays on the stack. */
  function draw(): void {
    const [a, b, c, d] = [0, 1, 2, 3].map((place) => FIRST_STATE + (drawn % GENERATORS) * STATE_WORDS + place) as [number, number, number, number];
    const out = free;
    free += 1;
    drawn += 1;
    emit([...op.localGet(a), ...op.localGet(b), ...op.add, ...op.localGet(d), ...op.add, ...op.localTee(out)]);
    emit([...op.localGet(d), ...op.localGet(ONE), ...op.add, ...op.localSet(d)]);
    emit([...op.localGet(b), ...op.localGet(b), ...op.i32Const(9), ...op.shiftRight, ...op.xor, ...op.localSet(a)]);
    emit([...op.localGet(c), ...op.localGet(c), ...op.i32Const(3), ...op.shiftLeft, ...op.add, ...op.localSet(b)]);
    emit([...op.localGet(c), ...op.i32Const(21), ...op.shiftLeft, ...op.localGet(c), ...op.i32Const(11), ...op.shiftRight, ...op.or]);
    emit([...op.localGet(out), ...op.add, ...op.localSet(c)]);
  }
}
