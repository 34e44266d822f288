import { nameOf, type NodeId } from '../../core/node.ts';
import { majority } from '../majority.ts';
import { DEFAULT_ORDER, type Order } from '../order.ts';
import { wordOf } from './alternatives.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import type { Problem } from './request.ts';
import { decisionsOf, drawn, drawsOf, runnerOf, type Drawn } from './seeded.ts';
import { judgeOf, settingOf, type Asked } from './trial.ts';

/**
 * Whether a protocol does what the theorems of `tree.ts` are about: its code, on the honest run and on a thousand seeded
 * treasons of this very request, decides as OM's tree of paths does.
 * @param most so many treasons at the most, where something else is compared as well
 * @returns where the two differ, in words; undefined if they never do
 */
export function* differenceFromTree(problem: Problem, most?: number): Generator<void, string | undefined> {
  const { members, commander, m, faults, faultsMin, orders, traitors } = problem;
  const key = JSON.stringify([members, commander, m, faults, faultsMin, orders, traitors, most]);
  let settings = known.get(problem.protocol);
  if (settings === undefined) known.set(problem.protocol, (settings = new Map()));
  const before = settings.get(key);
  if (before !== undefined) return before.difference;
  const difference = yield* comparison(problem, most);
  settings.set(key, { difference });
  return difference;
}

/** A campaign asks the same for what is worst and for what is exact. */
const known = new WeakMap<AnyRoundsProtocol, Map<string, { readonly difference: string | undefined }>>();

function* comparison(problem: Problem, most?: number): Generator<void, string | undefined> {
  const { protocol } = problem;
  const { tree } = protocol;
  if (tree === undefined) return 'its messages make no tree';
  const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
  const setting = settingOf(problem);
  const count = drawsOf(problem, most);
  for (let number = 0; number < count; number += 1) {
    const treason = drawn(problem, number);
    const said = new Map<string, Order>();
    let isOnTree = true;
    const result = run(treason, (asked) => {
      const index = treason.decide(asked);
      const { round, from, to } = asked.question;
      const path = tree.pathOf(setting, round, from, asked.honest);
      if (path === undefined) isOnTree = false;
      else said.set(keyOf(path, to), heardIn(asked, index));
      return index;
    });
    if (!isOnTree) return `in treason ${number} it says something on no path`;
    const found = decisionsOf(problem, result);
    const decisions = decisionsInTree(problem, tree.levels(setting), treason, said);
    for (const [id, decision] of decisions) {
      if (found.get(id) !== decision) return `in seeded treason ${number} ${nameOf(id)} decides ${found.get(id) ?? 'nothing'}, and by the structure ${decision}`;
    }
    const isSplit = new Set(decisions.values()).size > 1;
    const isDisobeyed = !treason.traitors.includes(problem.commander) && [...decisions.values()].some((decision) => decision !== treason.order);
    if ((judgeOf(problem, treason.traitors)(treason.order, result) !== undefined) !== (isSplit || isDisobeyed)) return `the judge makes something else of seeded treason ${number}`;
    if (number % 16 === 0) yield;
  }
  return undefined;

  /** What a message of a traitor is heard as: its first word, silence being the default. */
  function heardIn({ alternatives }: Asked, index: number): Order {
    const { now, late } = alternatives[index]!;
    if (now.length === 0) return DEFAULT_ORDER;
    return wordOf(protocol, setting, { now: now.slice(0, 1), late }) === 'attack' ? 'attack' : 'retreat';
  }
}

const keyOf = (path: readonly NodeId[], to: NodeId): string => `${path.join(' ')} ${to}`;

/** What each loyal lieutenant decides by OM's tree, written down once more and apart from any protocol. */
function decisionsInTree({ commander, lieutenants }: Problem, levels: number, { traitors, order }: Drawn, said: ReadonlyMap<string, Order>): Map<NodeId, Order> {
  const tell = (path: readonly NodeId[], receivers: readonly NodeId[], honest: Order): Map<NodeId, Order> => {
    const isTraitor = traitors.includes(path.at(-1)!);
    return new Map(receivers.map((to) => [to, isTraitor ? (said.get(keyOf(path, to)) ?? DEFAULT_ORDER) : honest]));
  };
  const made = takenBy([commander], tell([commander], lieutenants, order));
  return new Map(lieutenants.filter((id) => !traitors.includes(id)).map((id) => [id, made.get(id)!]));

  /** What each receiver makes of a path, having heard that on it. */
  function takenBy(path: readonly NodeId[], heard: ReadonlyMap<NodeId, Order>): ReadonlyMap<NodeId, Order> {
    if (path.length > levels) return heard;
    const receivers = [...heard.keys()];
    const votes = new Map(receivers.map((id) => [id, [heard.get(id)!]]));
    for (const speaker of receivers) {
      const longer = [...path, speaker];
      const others = receivers.filter((id) => id !== speaker);
      for (const [id, one] of takenBy(longer, tell(longer, others, heard.get(speaker)!))) votes.get(id)!.push(one);
    }
    return new Map([...votes].map(([id, orders]) => [id, majority(orders)]));
  }
}
