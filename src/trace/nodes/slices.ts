import { figure } from '../../core/figures.ts';
import type { NodeId } from '../../core/node.ts';
import { arrivalsOf, sentIn, type Run } from './run.ts';

/** More messages than these nobody would read one by one. */
export const MESSAGES_MAX = 150;

/** Into how many stretches of time what is too much is folded. */
const SLICES_MAX = 12;

/** All that happened in a stretch of time, counted. */
export interface Slice {
  readonly head: string;
  /** By who did it and what it was: words, and how often. */
  readonly events: readonly { readonly node: NodeId; readonly words: string }[];
  /** What each said to each: how many messages, how many of them arrived, and of which types. */
  readonly talks: readonly Talk[];
}

export interface Talk {
  readonly from: NodeId;
  readonly words: string;
  readonly to: ReadonlyMap<NodeId, { readonly sent: number; readonly arrived: number }>;
}

export const isTooMuch = (run: Run): boolean => sentIn(run).length > MESSAGES_MAX;

/** What is said of a picture in which messages are counted. */
export const foldedText = (run: Run): string =>
  `Folded: of ${figure(sentIn(run).length)} messages only counts are shown, as more than ${MESSAGES_MAX} nobody would read. A part of the time is shown whole by --from and --to.`;

/** A run in stretches of time of equal length, without those in which nothing happened. */
export function slicesOf(run: Run): Slice[] {
  const [first, last] = [run.facts[0]?.at ?? 0, run.facts.reduce((most, { at }) => Math.max(most, at), 0)];
  const width = widthFor(last - first + 1);
  const slices = new Map<number, Open>();
  const at = (time: number): Open => {
    const index = Math.floor(time / width);
    const slice = slices.get(index) ?? { events: new Map(), talks: new Map() };
    slices.set(index, slice);
    return slice;
  };
  const arrivals = arrivalsOf(run);
  for (const fact of run.facts) {
    if (fact.type === 'event') {
      const key = `${fact.node} ${fact.name}`;
      const { events } = at(fact.at);
      const count = (events.get(key)?.count ?? 0) + 1;
      events.set(key, { node: fact.node, words: count === 1 ? fact.words : `${fact.repeated} ${figure(count)} times`, count });
    }
    if (fact.type !== 'sent') continue;
    const { talks } = at(fact.at);
    const talk = talks.get(fact.from) ?? { types: new Map<string, number>(), to: new Map<NodeId, { sent: number; arrived: number }>() };
    talks.set(fact.from, talk);
    const type = fact.words.split(' ')[0]!;
    talk.types.set(type, (talk.types.get(type) ?? 0) + 1);
    for (const to of fact.to) {
      const { sent, arrived } = talk.to.get(to) ?? { sent: 0, arrived: 0 };
      talk.to.set(to, { sent: sent + 1, arrived: arrived + (arrivals(fact.id, to).length > 0 ? 1 : 0) });
    }
  }
  return [...slices].toSorted(([a], [b]) => a - b).map(([index, { events, talks }]) => ({
    head: `${index * width}–${(index + 1) * width} ms`,
    events: [...events.values()],
    talks: [...talks].toSorted(([a], [b]) => a - b).map(([from, { types, to }]) => ({ from, words: typesText(types), to })),
  }));
}

interface Open {
  readonly events: Map<string, { readonly node: NodeId; readonly words: string; readonly count: number }>;
  readonly talks: Map<NodeId, { readonly types: Map<string, number>; readonly to: Map<NodeId, { readonly sent: number; readonly arrived: number }> }>;
}

/** 1, 2 or 5 ms, or that with zeros behind: so long that there are not too many of them. */
function widthFor(span: number): number {
  for (let power = 1; ; power *= 10) {
    const width = [1, 2, 5].map((digit) => digit * power).find((one) => span / one <= SLICES_MAX);
    if (width !== undefined) return width;
  }
}

/** The types that there are most of, as many as find room. */
function typesText(types: ReadonlyMap<string, number>): string {
  const [first, second, ...others] = [...types].toSorted(([, a], [, b]) => b - a).map(([type, count]) => (count === 1 ? type : `${type} ×${figure(count)}`));
  return [first, ...(second === undefined ? [] : [second]), ...(others.length === 0 ? [] : ['…'])].join(', ');
}
