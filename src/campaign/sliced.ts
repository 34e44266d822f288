import type { NodeId } from '../core/node.ts';
import { coin } from '../generals/faults/coin.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { binomial } from './binomial.ts';
import { DRAWS_MAX, missionOf, ofBatch } from './draw.ts';
import { COMMANDER, ORDER, type Cell } from './grid.ts';
import { kernelFor, lackOf, type Kernel, type KernelCell } from './kernel/kernel.ts';
import { kindsOf, type Kind } from './kinds.ts';
import { EMPTY, added, type Tally } from './tally.ts';
import { judging, simulated, type Span } from './trials.ts';

/** Where in the numbers of a cell's orders stand those that the simulator runs beside the kernel: from here on down. */
const REST_FROM = 2 ** 31;

/** A cell's orders by kernels: one for a commander that is a traitor, one for one that is loyal. */
export interface Sliced {
  /** The orders of one batch; the same batches with the same spans give the same tally. */
  run(seed: number, batch: number, span: Span): Tally;
}

/** What is needed of a kernel. */
type Runs = Pick<Kernel, 'orders' | 'run'>;

/**
 * Kernels for a cell, each of which serves one set of traitors, for all sets that the protocol's code cannot tell from it: of the
 * exchange and OM, all with the commander, and all without it.
 *
 * Of each batch's orders, how many are of which kind is drawn from binomial distributions, kind by kind. A kernel runs whole steps
 * of, say, 128 orders; what is left of a kind, fewer than that, the simulator runs. So each order of a batch is of each kind
 * with just the probability that it should have, independently of all others.
 * @param make makes a kernel for one set of traitors
 * @returns undefined if there is no kernel for the cell
 */
export function slicedOf(cell: Cell, make: (cell: KernelCell) => Runs | undefined = kernelFor): Sliced | undefined {
  const { protocol: name, m } = cell;
  const kinds = kindsIn(cell);
  if (typeof kinds === 'string') return undefined;
  const kernels: { readonly kernel: Runs; readonly traitors: readonly NodeId[]; readonly share: number }[] = [];
  for (const { traitors, share } of kinds) {
    const kernel = make(kernelCell(cell, traitors));
    if (kernel === undefined) return undefined;
    kernels.push({ kernel, traitors, share });
  }
  /** Whether sets differ in the commander only: then the rest has sets of its own. */
  const isByCommander = kernels.length <= 2 && new Set(kernels.map(({ traitors }) => traitors.includes(COMMANDER))).size === kernels.length;
  const { members: ids, commander } = missionOf(cell, 0, 1);
  const each = protocolNamed(name)!.messages({ members: ids, commander, m });

  return {
    run(seed, batch, { count }) {
      let index = 0;
      const word = (): number => ofBatch(seed, batch, index++);
      // 53 bits, and never 0 or 1.
      const uniform = (): number => ((word() >>> 6) * 2 ** 27 + (word() >>> 5) + 0.5) / 2 ** 53;
      let [left, shares] = [count, 1];
      let tally = EMPTY;
      kernels.forEach(({ kernel, traitors, share }, kind) => {
        const isLast = kind === kernels.length - 1;
        const orders = isLast ? left : binomial(left, Math.min(1, share / shares), uniform);
        left -= orders;
        shares -= share;
        tally = added(tally, ofKind(kernel, traitors, seed, Math.max(2, kernels.length) * batch + (isByCommander ? Number(!traitors.includes(COMMANDER)) : kind), orders));
      });
      return tally;
    },
  };

  function ofKind(kernel: Runs, traitors: readonly NodeId[], seed: number, stream: number, count: number): Tally {
    if (count === 0) return EMPTY;
    const steps = Math.floor(count / kernel.orders);
    const rest = count - steps * kernel.orders;
    const { orders, agreementViolated, validityViolated, executedAttack: attack, executedRetreat: retreat } = steps === 0 ? NOTHING : kernel.run(seed, stream, steps);
    const counted = { orders, commanderLoyal: traitors.includes(COMMANDER) ? 0 : orders, agreementViolated, validityViolated, attack, retreat, messages: orders * each, violations: [] };
    if (rest === 0) return counted;
    // Numbers of their own: no other stream has them, and the search for violations never comes so far.
    const from = REST_FROM + stream * kernel.orders;
    if (isByCommander) return { ...added(counted, simulated(cell, seed, { from, count: rest }, traitors.includes(COMMANDER) ? 'commander faulty' : 'commander loyal')), violations: [] };
    if (from + rest > DRAWS_MAX) throw new Error(`stream ${stream} of ${cell.id} has no numbers of its own for orders`);
    const simulatedRest = judging({ setting: missionOf(cell, seed, 1), strategyOf: () => cell.strategy, traitorsOf: () => traitors })({ from, count: rest });
    return { ...added(counted, simulatedRest), violations: [] };
  }
}

/** Why there are no kernels for a cell; undefined if there are, which is told without making them. */
export function kernelLack(cell: Cell): string | undefined {
  const kinds = kindsIn(cell);
  if (typeof kinds === 'string') return kinds;
  for (const { traitors } of kinds) {
    const lack = lackOf(kernelCell(cell, traitors));
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** More kernels than this are not made for one cell. */
const KINDS_MAX = 32;

/** The kinds of sets of traitors; or why they have no kernels. */
function kindsIn(cell: Cell): readonly Kind[] | string {
  if (cell.strategy !== coin.name) return `its traitors are ${cell.strategy}, and kernels are for ${coin.name}`;
  const kinds = kindsOf(protocolNamed(cell.protocol)!, cell);
  return typeof kinds !== 'string' && kinds.length > KINDS_MAX ? `its code tells apart ${kinds.length} kinds of sets of traitors, more than ${KINDS_MAX}` : kinds;
}

const kernelCell = ({ protocol, members, m, strategy }: Cell, traitors: readonly NodeId[]): KernelCell => ({ protocol, members, m, traitors, order: ORDER, strategy });

const NOTHING = { orders: 0, agreementViolated: 0, validityViolated: 0, executedAttack: 0, executedRetreat: 0, undecided: 0 };
