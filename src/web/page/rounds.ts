import { counted, figure } from '../../core/figures.ts';
import { arrowsOf, textOf } from '../../generals/trace/messages.ts';
import type { NodeId } from '../../core/node.ts';
import type { OrderView, Why } from '../news.ts';

/** A message as it is drawn. */
export interface Flight {
  readonly round: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Which of those from one to the other in this round; of what was kept back there is none. */
  readonly index: number;
  /** Undefined where a traitor kept it back. */
  readonly text: string | undefined;
  /** What an honest general would have said, where that is something else. */
  readonly honest: string | undefined;
  readonly isForged: boolean;
}

const known = new WeakMap<OrderView, readonly (readonly Flight[])[]>();

/** What was said in a round, by sender and receiver. */
export function flightsIn(order: OrderView, round: number): readonly Flight[] {
  let rounds = known.get(order);
  if (rounds === undefined) known.set(order, (rounds = allFlights(order)));
  return rounds[round] ?? [];
}

function allFlights({ trace }: OrderView): readonly (readonly Flight[])[] {
  const rounds: Flight[][] = [];
  const counts = new Map<string, number>();
  for (const { round, from, to, text, honest, isForged } of arrowsOf(trace)) {
    const key = `${round} ${from} ${to}`;
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    (rounds[round] ??= []).push({ round, from, to, index, text, honest, isForged });
  }
  for (const fact of trace.facts) {
    if (fact.type !== 'tampered' || fact.said.length > 0) continue;
    const { round, from, to, honest } = fact;
    (rounds[round] ??= []).push({ round, from, to, index: -1, text: undefined, honest: textOf(honest), isForged: false });
  }
  return rounds;
}

/** The order that a text speaks for, where it names one. */
export const wordIn = (text: string | undefined): 'attack' | 'retreat' | undefined =>
  /attack|retreat/.exec(text ?? '')?.[0] as 'attack' | 'retreat' | undefined;

/** Whether a message is among those that fixed a decision. */
export const isCause = (why: Why | undefined, { round, from, to, text }: Flight): boolean =>
  why?.id === to && why.causes.some((cause) => cause.round === round && cause.from === from && cause.text === text);

/** The messages in which an order first differs from another. */
export function firstDifference(one: OrderView, other: OrderView): ReadonlySet<string> {
  for (let round = 1; round <= Math.max(one.rounds, other.rounds); round += 1) {
    const [here, there] = [one, other].map((order) => new Set(flightsIn(order, round).map(keyOf)));
    const different = [...there!].filter((key) => !here!.has(key));
    if (different.length > 0) return new Set(different);
    if ([...here!].some((key) => !there!.has(key))) return new Set([...here!].filter((key) => !there!.has(key)));
  }
  return new Set();
}

export const keyOf = ({ round, from, to, index, text }: Flight): string => `${round} ${from} ${to} ${index} ${text ?? ''}`;

/** What a lieutenant would have decided had nothing come after that round. */
export function leaningOf({ leanings, rounds }: OrderView, id: NodeId, round: number): 'attack' | 'retreat' | undefined {
  return leanings.find((one) => one.id === id)?.after[Math.min(Math.max(0, round), rounds)] ?? undefined;
}

/** What happened in a step, in a sentence or two. */
export function sentenceOf(order: OrderView, at: number): string {
  const round = Math.ceil(at);
  const { ordered, judged, facts } = order.trace;
  if (round === 0) return `G${ordered.commander} is to order ${ordered.order}.`;
  if (round > order.rounds) {
    const decided = facts.filter((fact) => fact.type === 'decided' && fact.by !== ordered.commander);
    if (judged.verdict === 'undecidable') return 'The order was not given.';
    return `${decided.length === 1 ? '1 lieutenant has' : `${decided.length} lieutenants have`} decided, and told the quorum.`;
  }
  const flights = flightsIn(order, round);
  const said = flights.filter(({ text }) => text !== undefined).length;
  const lies = flights.filter(({ honest }) => honest !== undefined).length;
  // Not before the round is over, as in the picture.
  const turned = order.leanings.filter(({ after }) => at === round && (after[round] ?? null) !== (after[round - 1] ?? null));
  const changed = turned.map(({ id, after }) => `G${id} ${after[round] === null ? 'is open again' : `now leans to ${after[round]}`}`);
  if (flights.length === 0) return `Round ${round} of ${order.rounds}: nobody says anything.`;
  return [
    `Round ${round} of ${order.rounds}: ${counted(said, 'message')}, ${lies === 0 ? 'all as the protocol asks' : `${figure(lies)} tampered with`}.`,
    ...(changed.length === 0 ? [] : [`${changed.slice(0, 4).join(', ')}${changed.length > 4 ? `, and ${changed.length - 4} more` : ''}.`]),
  ].join(' ');
}
