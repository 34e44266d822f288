/**
 * Every treason, one by one, through the chooser: in the manner of TigerBeetle's `src/testing/exhaustigen.zig`, but in
 * another order, by the number of lies.
 *
 * A treason is written as the list of its choices, in the order in which they are asked for, cut off after the last lie; all
 * later choices are honest. Each one but the empty list has exactly one parent, the same list without its last lie. The
 * run of a parent shows which choices come after its last lie, so it shows all of its children, also where the number of
 * messages depends on what was said before. Going from parents to children thus visits each treason exactly once, and
 * whoever stops at a depth has visited all treasons with that many lies and no others.
 *
 * The depth is bounded first by 1, then by 2, by 4, and by nothing: a small lie is then found before a large set of traitors
 * without any is searched whole. What is visited again on the way is little and not counted again. Once a violation is
 * known, only treasons with fewer lies are visited; so at the end the one that is left is the smallest.
 */
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { assertAll, countTreasons } from './count.ts';
import { traitorSets, type Problem } from './request.ts';
import type { CheckResult, Coverage } from './result.ts';
import { judgeOf, runsOf, violationBy, type Breach, type Decide } from './trial.ts';

const DEPTHS: readonly number[] = [0, 1, 2, 4, Infinity];

/** How many choices are asked for between two reports: some milliseconds. */
const WORK_MAX = 4000;

export function* searchPlainly(campaign: Problem): Generator<Coverage, CheckResult, boolean | undefined> {
  const treasons = countTreasons(campaign);
  let covered = 0n;
  let work = 0;
  let smallest: Visit | undefined;
  const depthMax = (bound: number): number => Math.min(bound, (smallest?.lies ?? Infinity) - 1);

  let known = -1;
  for (const bound of DEPTHS) {
    let deepest = 0;
    for (const traitors of traitorSets(campaign)) {
      const [run, judge] = [runsOf(campaign, traitors), judgeOf(campaign, traitors)];
      for (const order of campaign.orders) {
        for (const visited of depthFirst({ run, judge, traitors, order, isCounted: treasons !== undefined }, () => depthMax(bound))) {
          deepest = Math.max(deepest, visited.lies);
          if (visited.lies > known) covered += 1n;
          if (visited.breach !== undefined && visited.lies <= depthMax(bound)) smallest = visited;
          work += visited.asked.length + 1;
          if (work < WORK_MAX) continue;
          work = 0;
          if ((yield { covered, treasons }) !== true) continue;
          if (smallest !== undefined) return violated(smallest, false);
          return { type: 'unknown', reason: 'stopped', engine: 'plain', covered, treasons, ...(known < 0 ? {} : { liesCovered: known }) };
        }
      }
    }
    if (smallest !== undefined) return violated(smallest, true);
    if (deepest < bound) break;
    known = bound;
  }
  assertAll(covered, treasons);
  return { type: 'holds', engine: 'plain', treasons: covered };

  function violated({ traitors, order, treason, lies }: Visit, isSmallest: boolean): CheckResult {
    const violation = violationBy(campaign, traitors, order, lies, following(treason));
    return { type: 'violated', engine: 'plain', violation, isSmallest, covered };
  }
}

/** Where treasons are tried: what stays the same from one to the next. */
interface Instance {
  readonly run: ReturnType<typeof runsOf>;
  readonly judge: ReturnType<typeof judgeOf>;
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  /** Whether a formula counts the treasons, so that all choices are among them. */
  readonly isCounted: boolean;
}

/** A treason that was run. */
interface Visit extends Instance {
  readonly treason: readonly number[];
  readonly lies: number;
  readonly breach: Breach | undefined;
  /** How many alternatives each choice had that came before the loyal had all decided. */
  readonly asked: readonly number[];
  /** The choice in which the next child lies, and its lie. */
  place: number;
  lie: number;
}

/** Every treason of this scene with no more lies than the depth, which may shrink on the way. */
function* depthFirst(scene: Instance, depthMax: () => number): Generator<Visit> {
  const stack: Visit[] = [];
  for (let child: readonly number[] | undefined = depthMax() >= 0 ? [] : undefined; ; ) {
    if (child === undefined) stack.pop();
    else {
      const visited = visit(scene, child, stack.length);
      stack.push(visited);
      yield visited;
    }
    const parent = stack.at(-1);
    if (parent === undefined) return;
    child = parent.lies < depthMax() ? nextChild(parent) : undefined;
  }
}

function visit(scene: Instance, treason: readonly number[], lies: number): Visit {
  const all: { readonly round: number; readonly alternatives: number }[] = [];
  const decide = following(treason);
  const trial = scene.run(scene.order, (question) => {
    all.push({ round: question.question.round, alternatives: question.alternatives.length });
    return decide(question);
  });
  const breach = scene.judge(scene.order, trial);
  // Once all the loyal have decided, whatever is said is too late.
  const asked = all.filter(({ round }) => scene.isCounted || round < trial.settledIn).map(({ alternatives }) => alternatives);
  return { ...scene, treason, lies, breach, asked, place: treason.length, lie: 1 };
}

function nextChild(parent: Visit): number[] | undefined {
  const { treason, asked } = parent;
  while (parent.place < asked.length && parent.lie >= asked[parent.place]!) {
    parent.place += 1;
    parent.lie = 1;
  }
  if (parent.place >= asked.length) return undefined;
  const honest = Array.from<number>({ length: parent.place - treason.length }).fill(0);
  const child = [...treason, ...honest, parent.lie];
  parent.lie += 1;
  return child;
}

/** Answers by the list, and honestly after its end. */
function following(treason: readonly number[]): Decide {
  let asked = 0;
  return () => treason[asked++] ?? 0;
}
