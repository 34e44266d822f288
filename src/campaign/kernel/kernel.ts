/**
 * Kernels: a cell's orders by the hundred, bit-sliced. E. Biham, "A fast new DES implementation in software" (FSE 1997), runs
 * 64 encryptions in the bits of one word; here each bit of a word is an order, and what is run is the protocol itself. It
 * runs once on words that are not known yet (`sim/symbolic`), and what is left of it becomes a program without branches, in
 * JavaScript or WebAssembly. Both draw the same coins, so that a kernel's counts do not depend on which of them it is.
 */
import { coin } from '../../generals/faults/coin.ts';
import { protocolNamed } from '../../generals/protocols/registry.ts';
import { canRun, runOf } from '../../generals/symbolic/run.ts';
import type { Instance } from '../../generals/symbolic/instance.ts';
import { isSmall, javascriptOf, type Engine } from './javascript.ts';
import { programOf, RESULTS, type Program } from './program.ts';
import { LANES, statesOf } from './streams.ts';
import { isWasmThere, wasmOf } from './wasm.ts';

/** What a kernel runs: plain data, so that it can cross to a thread. */
export interface KernelCell extends Omit<Instance, 'protocol'> {
  readonly protocol: string;
  readonly strategy: string;
}

/** In how many orders something came about. */
export interface KernelCounts {
  readonly orders: number;
  readonly agreementViolated: number;
  readonly validityViolated: number;
  /** The verdict: strictly more than half of the secondaries' ballots are for it. A traitor's ballot is a coin as well. */
  readonly executedAttack: number;
  readonly executedRetreat: number;
  readonly undecided: number;
}

export interface Kernel {
  /** How many orders a step takes. */
  readonly orders: number;
  readonly engine: 'js' | 'wasm';
  /** Runs whole steps. The same arguments give the same counts, on either engine; different batches draw different coins. */
  run(seed: number, batch: number, steps: number): KernelCounts;
  /** The same, and the words of the last step: for each of `RESULTS` one word a lane, 1 being that it came about. */
  observe(seed: number, batch: number, steps: number): { readonly counts: KernelCounts; readonly last: Int32Array };
}

/** A program with more gates and draws than this is not compiled. */
const SIZE_MAX = 40_000;

/**
 * The kernel of a cell; the last ones are kept, as making one takes milliseconds.
 * @returns undefined where there is none: another protocol, another strategy, or too large
 */
export function kernelFor(cell: KernelCell, { engine = 'auto' }: { readonly engine?: 'auto' | 'js' | 'wasm' } = {}): Kernel | undefined {
  const key = JSON.stringify([engine, cell.protocol, cell.members, cell.m, cell.traitors.toSorted((a, b) => a - b), cell.order, cell.strategy]);
  const kept = KEPT.get(key);
  const kernel = kept === undefined ? made(cell, engine) : kept.kernel;
  KEPT.delete(key);
  KEPT.set(key, { kernel });
  const oldest = KEPT.size > KEPT_MAX ? KEPT.keys().next().value : undefined;
  if (oldest !== undefined) KEPT.delete(oldest);
  return kernel;
}

/** Whether there is a kernel for a cell: the same answer as `kernelFor`, without compiling one. */
export function hasKernel(cell: KernelCell): boolean {
  const program = programFor(cell);
  return program !== undefined && (isWasmThere() || isSmall(program));
}

const KEPT = new Map<string, { readonly kernel: Kernel | undefined }>();
const KEPT_MAX = 16;

/** The program of a cell; undefined where it has none. */
export function programFor(cell: KernelCell): Program | undefined {
  const protocol = protocolNamed(cell.protocol);
  if (cell.strategy !== coin.name || protocol === undefined || !canRun({ ...cell, protocol })) return undefined;
  const program = programOf(runOf({ ...cell, protocol }));
  return program.order.length > SIZE_MAX ? undefined : program;
}

function made(cell: KernelCell, engine: 'auto' | 'js' | 'wasm'): Kernel | undefined {
  const program = programFor(cell);
  if (program === undefined) return undefined;
  const wasm = engine === 'js' ? undefined : wasmOf(program);
  if (wasm !== undefined) return kernelBy('wasm', wasm);
  const javascript = engine === 'wasm' ? undefined : javascriptOf(program);
  return javascript === undefined ? undefined : kernelBy('js', javascript);
}

function kernelBy(name: 'js' | 'wasm', engine: Engine): Kernel {
  return { orders: STEP, engine: name, run: (...by) => observe(...by).counts, observe };

  function observe(seed: number, batch: number, steps: number): ReturnType<Kernel['observe']> {
    const states = statesOf(seed, batch);
    const counts = new Float64Array(RESULTS.length);
    const last = new Int32Array(RESULTS.length * LANES);
    for (let left = steps; left > 0; left -= SLICE) engine.advance(states, Math.min(left, SLICE), counts, last);
    const [agreementViolated, validityViolated, executedAttack, executedRetreat] = [counts[0]!, counts[1]!, counts[2]!, counts[3]!];
    const orders = steps * STEP;
    return { counts: { orders, agreementViolated, validityViolated, executedAttack, executedRetreat, undecided: orders - executedAttack - executedRetreat }, last };
  }
}

/** Orders of a step. */
const STEP = 32 * LANES;

/** Steps of one call: few enough to be counted in small numbers, and for a function that was compiled better in the meantime to be called soon. */
const SLICE = 2048;
