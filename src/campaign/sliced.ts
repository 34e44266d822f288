import { nodeId } from '../core/node.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { binomial } from './binomial.ts';
import { missionOf, ofBatch } from './draw.ts';
import { COMMANDER, ORDER, type Cell } from './grid.ts';
import { hasKernel, kernelFor, type Kernel, type KernelCell } from './kernel/kernel.ts';
import { EMPTY, added, type Tally } from './tally.ts';
import { simulated, type Span } from './trials.ts';

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
 * Kernels for a cell, each of which serves one set of traitors. The protocols that have kernels treat lieutenants alike, so
 * among the sets of f, all with the commander are as good as one, and so are all without it.
 *
 * Of each batch's orders, each has a faulty commander with probability f/n: how many do is one draw from that binomial
 * distribution. A kernel runs whole steps of, say, 128 orders; what is left of a class, fewer than that, the simulator runs,
 * its traitors drawn from the same class. So each order of a batch is in either class with just the probability that it
 * should have, independently of all others.
 * @param make makes a kernel for one set of traitors
 * @returns undefined if there is no kernel for the cell
 */
export function slicedOf(cell: Cell, make: (cell: KernelCell) => Runs | undefined = kernelFor): Sliced | undefined {
  const { members, faults, protocol: name, m } = cell;
  const classes = classesOf(cell);
  const loyal = classes.loyal && make(classes.loyal);
  const faulty = classes.faulty && make(classes.faulty);
  if ((loyal === undefined && faults < members) || (faulty === undefined && faults > 0)) return undefined;
  const { members: ids, commander } = missionOf(cell, 0, 1);
  const each = protocolNamed(name)!.messages({ members: ids, commander, m });

  return {
    run(seed, batch, { count }) {
      const withTraitor = faultyIn(seed, batch, count, faults / members);
      return added(ofClass(faulty, 'commander faulty', seed, 2 * batch, withTraitor), ofClass(loyal, 'commander loyal', seed, 2 * batch + 1, count - withTraitor));
    },
  };

  function ofClass(kernel: Runs | undefined, among: 'commander faulty' | 'commander loyal', seed: number, stream: number, count: number): Tally {
    if (kernel === undefined || count === 0) return EMPTY;
    const steps = Math.floor(count / kernel.orders);
    const rest = count - steps * kernel.orders;
    const { orders, agreementViolated, validityViolated, executedAttack: attack, executedRetreat: retreat } = steps === 0 ? NOTHING : kernel.run(seed, stream, steps);
    const counted = { orders, agreementViolated, validityViolated, attack, retreat, messages: orders * each, violations: [] };
    // Numbers of their own: no other stream has them, as there are at most 2 · BATCHES_MAX streams of 128, and the search for
    // violations never comes so far.
    const from = REST_FROM + stream * kernel.orders;
    return rest === 0 ? counted : { ...added(counted, simulated(cell, seed, { from, count: rest }, among)), violations: [] };
  }
}

/** Whether there are kernels for a cell, without making them. */
export function isSliced(cell: Cell): boolean {
  const { loyal, faulty } = classesOf(cell);
  return [loyal, faulty].every((one) => one === undefined || hasKernel(one));
}

/** One set of traitors without the commander and one with it, as far as there are any. */
function classesOf({ protocol, members, m, faults, strategy }: Cell): { readonly loyal: KernelCell | undefined; readonly faulty: KernelCell | undefined } {
  const lieutenants = Array.from({ length: members - 1 }, (_, index) => nodeId(index + 2));
  const cellOf = (traitors: KernelCell['traitors']): KernelCell => ({ protocol, members, m, traitors, order: ORDER, strategy });
  return {
    loyal: faults === members ? undefined : cellOf(lieutenants.slice(0, faults)),
    faulty: faults === 0 ? undefined : cellOf([COMMANDER, ...lieutenants.slice(0, faults - 1)]),
  };
}

const NOTHING = { orders: 0, agreementViolated: 0, validityViolated: 0, executedAttack: 0, executedRetreat: 0, undecided: 0 };

/** How many orders of a batch have a faulty commander, by words keyed by the batch. */
function faultyIn(seed: number, batch: number, count: number, share: number): number {
  let index = 0;
  const word = (): number => ofBatch(seed, batch, index++);
  // 53 bits, and never 0 or 1.
  return binomial(count, share, () => ((word() >>> 6) * 2 ** 27 + (word() >>> 5) + 0.5) / 2 ** 53);
}
