import { nameOf, type NodeId } from '../../core/node.ts';
import { majority } from '../majority.ts';
import { DEFAULT_ORDER, type Order } from '../order.ts';
import { wordOf } from './alternatives.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { say } from '../strategy.ts';
import type { Problem } from './request.ts';
import { decisionsOf, drawsOf, runnerOf, sampled, type Drawn } from './seeded.ts';
import { judgeOf, settingOf, type Asked } from './trial.ts';

/**
 * Whether a protocol does what the theorems of `tree.ts` are about: its code, on the honest run and on a thousand seeded
 * treasons of this very request, or on all where there are no more, decides as OM's tree of paths does.
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
  const pathsOf = keptBy((round, from) => kept((honest) => keyOf(tree.pathOf(setting, round, from, honest))));
  /** What a message is heard as. */
  const orderOf = kept((message): Order => (wordOf(protocol, setting, say(message)) === 'attack' ? 'attack' : 'retreat'));
  let number = -1;
  for (const treason of sampled(problem, run, drawsOf(problem, most))) {
    number += 1;
    const said: Said = new Map();
    let isOnTree = true;
    const result = run(treason, (asked) => {
      const index = treason.decide(asked);
      const { round, from, to } = asked.question;
      const path = pathsOf(round, from)(asked.honest);
      if (path === undefined) isOnTree = false;
      else {
        let heard = said.get(path);
        if (heard === undefined) said.set(path, (heard = new Map()));
        heard.set(to, heardIn(asked, index));
      }
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

  /** What is heard of what a traitor says: its first word, silence being the default. */
  function heardIn({ alternatives }: Asked, index: number): Order {
    const { now, late } = alternatives[index]!;
    return now.length === 0 || late.length > 0 ? DEFAULT_ORDER : orderOf(now[0]);
  }
}

/** What traitors say: on which path, and to whom. */
type Said = Map<string, Map<NodeId, Order>>;

const keyOf = (path: readonly NodeId[] | undefined): string | undefined => path?.join(' ');

/** What each loyal lieutenant decides by OM's tree, written down once more and apart from any protocol. */
function decisionsInTree({ commander, lieutenants }: Problem, levels: number, { traitors, order }: Drawn, said: Said): Map<NodeId, Order> {
  const tell = (path: readonly NodeId[], receivers: readonly NodeId[], honest: Order): Order[] => {
    if (!traitors.includes(path.at(-1)!)) return receivers.map(() => honest);
    const heard = said.get(keyOf(path)!);
    return receivers.map((to) => heard?.get(to) ?? DEFAULT_ORDER);
  };
  const made = takenBy([commander], lieutenants, tell([commander], lieutenants, order));
  return new Map(lieutenants.flatMap((id, place) => (traitors.includes(id) ? [] : [[id, made[place]!] as const])));

  /** What each receiver makes of a path, having heard that on it. */
  function takenBy(path: readonly NodeId[], receivers: readonly NodeId[], heard: readonly Order[]): readonly Order[] {
    if (path.length > levels) return heard;
    const votes = heard.map((one) => [one]);
    for (const [place, speaker] of receivers.entries()) {
      const longer = [...path, speaker];
      const others = receivers.toSpliced(place, 1);
      const taken = takenBy(longer, others, tell(longer, others, heard[place]!));
      for (const [at, one] of taken.entries()) votes[at < place ? at : at + 1]!.push(one);
    }
    return votes.map(majority);
  }
}

/** A function of messages that keeps what it has answered: the same are said in treason after treason. Objects are never met again. */
function kept<Answer>(answer: (message: unknown) => Answer): (message: unknown) => Answer {
  const known = new Map<unknown, Answer>();
  return (message) => {
    if (typeof message === 'object') return answer(message);
    let before = known.get(message);
    if (before === undefined) known.set(message, (before = answer(message)));
    return before;
  };
}

/** One of what is kept for each round and sender. */
function keptBy<Kept>(make: (round: number, from: NodeId) => Kept): (round: number, from: NodeId) => Kept {
  const known: Kept[][] = [];
  return (round, from) => ((known[round] ??= [])[from] ??= make(round, from));
}
