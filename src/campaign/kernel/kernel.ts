/**
 * Kernels: a cell's orders by the hundred, bit-sliced. E. Biham, "A fast new DES implementation in software" (FSE 1997), runs
 * 64 encryptions in the bits of one word; here each bit of a word is an order, and what is run is the protocol itself. It
 * runs once on words that are not known yet (`outcome.ts`), and what is left of it becomes a program without branches, in
 * JavaScript or WebAssembly. Both draw the same coins, so that a kernel's counts do not hang on which of them it is.
 */
import { coin } from '../../faults/coin.ts';
import { protocolNamed } from '../../protocols/registry.ts';
import { symbolicKeyring } from '../../core/keyring.ts';
import { nodeId } from '../../core/node.ts';
import type { KernelCell } from './cell.ts';
import { CIRCUITS } from './circuits.ts';
import { javascriptOf, type Engine } from './javascript.ts';
import { runOf } from './outcome.ts';
import { programOf, RESULTS, type Program } from './program.ts';
import { LANES, statesOf } from './streams.ts';
import { wasmOf } from './wasm.ts';
import { NEVER } from './words.ts';

export type { KernelCell } from './cell.ts';

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
  /** No order can break a property, whatever the traitors say: see `isProven`. */
  readonly folded: 'agreement and validity proven' | undefined;
  /** Runs whole steps. The same arguments give the same counts, on either engine; different batches draw different coins. */
  run(seed: number, batch: number, steps: number): KernelCounts;
  /** The same, and the words of the last step: for each of `RESULTS` one word a lane, 1 being that it came about. */
  observe(seed: number, batch: number, steps: number): { readonly counts: KernelCounts; readonly last: Int32Array };
}

/** An army with more messages than this takes too long to run symbolically. */
const MESSAGES_MAX = 60_000;
/** Nor is a program with more gates and draws than this compiled. */
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

const KEPT = new Map<string, { readonly kernel: Kernel | undefined }>();
const KEPT_MAX = 16;

/** The program of a cell; undefined where it has none. */
export function programFor(cell: KernelCell): Program | undefined {
  if (cell.strategy !== coin.name || !CIRCUITS.has(cell.protocol) || messagesOf(cell) > MESSAGES_MAX) return undefined;
  const program = programOf(runOf(cell));
  return program.order.length > SIZE_MAX ? undefined : program;
}

/**
 * Whether the symbolic run alone proves that these traitors cannot break agreement or validity. A coin is a variable like any
 * other, so what is constant holds however the coins fall: whichever order each traitor names in each message, or whether it
 * is silent, since silence is taken for retreat, and the first message counts. False says nothing.
 */
export function isProven(cell: Omit<KernelCell, 'strategy'>): boolean {
  const program = programFor({ ...cell, strategy: coin.name });
  return program !== undefined && isNeverBroken(program);
}

/** The results that come first are the violations. */
const isNeverBroken = ({ results }: Program): boolean => results[0] === NEVER && results[1] === NEVER;

/** Infinite where the protocol cannot be run so. */
function messagesOf({ protocol: name, members: n, m }: KernelCell): number {
  const protocol = protocolNamed(name);
  if (protocol === undefined || n < 1 || protocol.refuses(n, m) !== undefined) return Infinity;
  const [commander, keyring] = [nodeId(1), symbolicKeyring(nodeId(1))];
  return protocol.messages({ self: commander, commander, members: Array.from({ length: n }, (_, index) => nodeId(index + 1)), faults: m, number: 1, keyring });
}

function made(cell: KernelCell, engine: 'auto' | 'js' | 'wasm'): Kernel | undefined {
  const program = programFor(cell);
  if (program === undefined) return undefined;
  const wasm = engine === 'js' ? undefined : wasmOf(program);
  if (wasm !== undefined) return kernelBy('wasm', wasm, program);
  const javascript = engine === 'wasm' ? undefined : javascriptOf(program);
  return javascript === undefined ? undefined : kernelBy('js', javascript, program);
}

function kernelBy(name: 'js' | 'wasm', engine: Engine, program: Program): Kernel {
  return { orders: STEP, engine: name, folded: isNeverBroken(program) ? 'agreement and validity proven' : undefined, run: (...by) => observe(...by).counts, observe };

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
