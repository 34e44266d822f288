import type { NodeId } from '../../core/node.ts';
import type { Fact, Run } from '../../trace/nodes/run.ts';
import { tellerOf } from '../../trace/nodes/transcript.ts';
import type { Watched } from './watched.ts';

/** Something that happened, in the sentence of the trace. */
export interface Line {
  readonly at: number;
  readonly text: string;
  /** How it came about, in lines that are a tree by their indentation, where the trace tells. */
  readonly why: readonly string[] | undefined;
}

/** The facts of a run by whom they are about, and what is said of each. */
interface Told {
  readonly tell: (fact: Fact) => string | undefined;
  readonly own: ReadonlyMap<NodeId, readonly Fact[]>;
  /** What nodes did other than saying and hearing. */
  readonly events: readonly Fact[];
}

const known = new WeakMap<Run, Told>();

function toldOf(watched: Watched): Told {
  const { run } = watched;
  const before = known.get(run);
  if (before !== undefined) return before;
  const own = new Map<NodeId, Fact[]>();
  for (const fact of run.facts) {
    const id = fact.type === 'event' ? fact.node : fact.type === 'heard' ? fact.to : fact.from;
    const facts = own.get(id);
    if (facts === undefined) own.set(id, [fact]);
    else facts.push(fact);
  }
  const events = run.facts.filter((fact) => fact.type === 'event' && fact.line !== undefined && !fact.isDetail);
  const told = { tell: tellerOf(run, { messages: true }), own, events };
  known.set(run, told);
  return told;
}

/** What a node did and heard up to some time, the latest first; what all did if it is none in particular. */
export function latelyOf(watched: Watched, node: NodeId | undefined, at: number, most: number): Line[] {
  const { tell, own, events } = toldOf(watched);
  const facts = node === undefined ? events : (own.get(node) ?? []);
  const lines: Line[] = [];
  for (let place = firstAfter(facts, at) - 1; place >= 0 && lines.length < most; place -= 1) {
    const fact = facts[place]!;
    const text = tell(fact);
    if (text !== undefined) lines.push({ at: fact.at, text, why: fact.type === 'event' ? fact.why : undefined });
  }
  return lines;
}

/** What happens at that very time. */
export function happeningAt(watched: Watched, at: number): string[] {
  const { tell } = toldOf(watched);
  const { facts } = watched.run;
  return facts.slice(firstAfter(facts, at - 1), firstAfter(facts, at)).flatMap((fact) => tell(fact) ?? []);
}

/** The place of the first that is later. */
function firstAfter(facts: readonly Fact[], at: number): number {
  let [low, high] = [0, facts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (facts[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
