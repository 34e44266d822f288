/**
 * Kernels: a cell's orders by the hundred, bit-sliced. E. Biham, "A fast new DES implementation in software" (FSE 1997), runs
 * 64 encryptions in the bits of one word; here each bit of a word is an order, and what is run is the protocol itself. It
 * runs once on words that are not known yet (`sim/symbolic`), and what is left of it becomes a program without branches, in
 * JavaScript or WebAssembly. Both draw the same coins, so that a kernel's counts do not depend on which of them it is.
 */
import { figure } from '../../core/figures.ts';
import { coin } from '../../generals/faults/coin.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { ORDERS, type Order } from '../../generals/order.ts';
import { contextOf } from '../../generals/protocol.ts';
import { protocolNamed, type NamedProtocol } from '../../generals/protocols/registry.ts';
import { canRun, type Run, type Slot } from '../../generals/symbolic/run.ts';
import { orderIn, valueIn } from '../../generals/values.ts';
import { everyone, type Instance } from '../../generals/symbolic/instance.ts';
import { attempted } from '../../generals/symbolic/proof.ts';
import { followsCode } from './follows.ts';
import { STUMBLES } from '../kinds.ts';
import { isSmall, javascriptOf, type Engine } from './javascript.ts';
import { programOf, RESULTS, type Program } from './program.ts';
import { LANES, statesOf } from './streams.ts';
import { isWasmThere, wasmOf } from './wasm.ts';

/** What a kernel runs: plain data, so that it can cross to a thread. */
export interface KernelCell extends Pick<Instance, 'm' | 'traitors'> {
  readonly protocol: string;
  /** G1, who commands, up to this one. */
  readonly members: number;
  readonly order: Order;
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

/** An army with more messages than this is not run on symbols to be compiled. */
const MESSAGES_MAX = 60_000;

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

/** Why there is no kernel for a cell; undefined if there is: the same answer as `kernelFor`, without compiling one. */
export function lackOf(cell: KernelCell): string | undefined {
  const program = programIn(cell);
  if (typeof program === 'string') return program;
  return isWasmThere() || isSmall(program) ? undefined : 'its program is too large for JavaScript, and there is no WebAssembly here';
}

const KEPT = new Map<string, { readonly kernel: Kernel | undefined }>();
const KEPT_MAX = 16;

/** The program of a cell; undefined where it has none. */
export function programFor(cell: KernelCell): Program | undefined {
  const program = programIn(cell);
  return typeof program === 'string' ? undefined : program;
}

/** The program of a cell; or why it has none. */
function programIn(cell: KernelCell): Program | string {
  const run = coinRunOf(cell);
  if (typeof run === 'string') return run;
  const program = programOf(run);
  return program.order.length > SIZE_MAX ? `its program would have more than ${figure(SIZE_MAX)} gates` : program;
}

/** The protocol's code on symbols, traitors by `coin`; or why it cannot be run so. */
export function coinRunOf(cell: KernelCell): Run | string {
  const protocol = protocolNamed(cell.protocol);
  if (protocol === undefined || cell.members < 1) return 'there is no such army';
  if (cell.strategy !== coin.name) return `its traitors do not toss coins, but are ${cell.strategy}`;
  const instance = { ...cell, ...everyone(cell.members), protocol };
  if (!canRun(instance, MESSAGES_MAX)) return 'it does not keep to values, or has too many messages';
  const run = attempted(instance, 'coin', MESSAGES_MAX);
  if (run === undefined) return STUMBLES;
  if (!run.slots.every((slot) => isCoin(protocol, cell, slot))) return 'its traitors choose among more than two words, which is no coin';
  return followsCode(cell, protocol, run) ? run : 'its code does on symbols something else than on orders';
}

/** Whether a coin of two sides is what the strategy tosses for that message: the order or its counterpart, whichever is honest. */
function isCoin(protocol: NamedProtocol, { members, m }: KernelCell, { round, from, to, label }: Slot): boolean {
  const wording = protocol.wording!;
  const setting = everyone(members);
  const context = contextOf({ ...setting, m, number: 1 }, from, symbolicSigner(from));
  return ORDERS.every((order) => {
    const honest = wording.write(label, valueIn(order));
    const said = coin.says({ from, to, round, members: setting.members, honest, lies: protocol.lies(context, honest) }).map(({ now }) => now);
    const contents = said.map(([message]) => (message === undefined || wording.labelOf(message) !== label ? undefined : orderIn(wording.valueOf(message))));
    return contents.length === ORDERS.length && ORDERS.every((one) => contents.includes(one)) && said.every(({ length }) => length === 1);
  });
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
