/**
 * A proof by cases, where a run on symbols does not fold: round by round, all that the loyal may have come to. What is open deepest
 * is gone on with first, so that where something can be broken, little of the rest is gone through.
 *
 * What a general makes of a round depends on its own inbox alone, and what traitors tell one general settles nothing of what
 * they tell another. So each general's next states are worked out by its code, for everything that the traitors may say to it;
 * the cases after the round are all combinations. Two things keep them few. What a traitor holds does not matter, since it
 * may say anything under the labels of its honest messages, and these labels depend on nothing that anyone has said, as the
 * protocol keeps to values. And generals that are alike (`alike.ts`, their states too) are one: of them only how many stand how
 * is remembered. That is a formation, and a case is a formation of each class of generals that are alike.
 */
import { symbolicSigner } from '../../core/signer.ts';
import type { NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { contextOf, maySpeak, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import { NOTHING, valueIn } from '../values.ts';
import type { Instance } from './instance.ts';
import type { Slot } from './run.ts';
import { Tuples } from './tuples.ts';

/** What is said in the place of one honest message. */
export type Said = readonly unknown[];

/** What the traitors say to the loyal, by the key of the slot. */
export type Treason = ReadonlyMap<string, Said>;

export const slotKey = ({ round, from, to, index }: Pick<Slot, 'round' | 'from' | 'to' | 'index'>): string => `${round} ${from} ${to} ${index}`;

/** After each step: a treason that breaks something, `holds`, or `too many` cases. */
export type CasesResult = { readonly type: 'holds'; readonly cases: number } | { readonly type: 'violated'; readonly treason: Treason } | { readonly type: 'too many' };

/** How a general stands after a round, and what it says to all that it may speak to then. */
interface Stand {
  readonly state: unknown;
  readonly decision: Order | undefined;
  readonly messages: readonly unknown[];
  /** The same number for the same messages. */
  readonly saying: number;
}

/** How many of the generals of a class stand how: their stands in ascending order. */
interface Formation {
  readonly stands: readonly number[];
  /** The same number for formations of which the same is heard. */
  readonly sayings: number;
}

/** The cases after a round. */
interface Layer {
  /** For each class the number of its formation. */
  readonly cases: Tuples;
  /** From which case of the round before. */
  readonly before: number[];
}

/** What a traitor says in the place of one message. */
interface SlotSaid {
  readonly key: string;
  readonly from: NodeId;
  readonly said: Said;
}

/** A protocol whose generals say different things to different generals is not gone through by cases. */
export class NotByCases extends Error {}

/** The most cases after one round. */
const CASES_MAX = 1_000_000;

/** How many cases are gone on with between two steps. */
const WORK_MAX = 16;

/**
 * @param instance one order, not either; which one matters only where the commander is loyal
 * @param slots of the traitors, as a run on symbols has found them
 * @param groups of generals that are alike, states too
 * @param alternatives what might be said in the place of an honest message
 */
export function* byCases(
  { protocol, members, commander, m, traitors, order }: Instance & { readonly order: Order },
  slots: readonly Slot[],
  groups: readonly (readonly NodeId[])[],
  alternatives: (context: Context, honest: unknown) => readonly Said[],
): Generator<void, CasesResult> {
  const contexts = new Map(members.map((id) => [id, contextOf({ members, commander, m, number: 1 }, id, symbolicSigner(id))]));
  const loyal = members.filter((id) => !traitors.includes(id));
  const rounds = protocol.rounds(contexts.get(commander)!);
  const groupOf = new Map(groups.flatMap((group, index) => group.map((id) => [id, index] as const)));
  const classOf = loyal.map((id) => groupOf.get(id) ?? groups.length + id);
  /** By class, the places of its generals among the loyal. */
  const classes = [...new Set(classOf)].map((group) => loyal.flatMap((_id, index) => (classOf[index] === group ? [index] : [])));
  const stands: Stand[] = [];
  const standNumbers = new Map<string, number>();
  const sayings = new Map<string, number>();
  const formations: Formation[] = [];
  const formationNumbers = new Map<string, number>();
  const formationSayings = new Map<string, number>();
  const nextStands = new Map<string, readonly number[]>();
  const nextFormations = new Map<string, readonly number[]>();
  const wordsOf = new Map<Slot, readonly Said[]>();
  /** By round and hearer, whom it hears of the loyal, and which slots of traitors are for it. */
  const hears = Array.from({ length: rounds + 1 }, (_, round) => loyal.map((self) => loyal.map((from) => from !== self && maySpeak(protocol, contexts.get(from)!, round, from, self))));
  const openTo = Array.from({ length: rounds + 1 }, (_, round) => loyal.map((self) => slots.filter((slot) => slot.round === round && slot.to === self)));

  const begun = loyal.map(begin);
  const layers = Array.from({ length: rounds + 1 }, newLayer);
  layers[0]!.cases.numberOf(classes.map((indices) => formationOf(indices.map((index) => begun[index]!))));
  /** By round, the numbers of the cases after it that are still to be gone on with. */
  const open: number[][] = layers.map((_, round) => (round === 0 ? [0] : []));
  for (let [round, work] = [0, 0]; round >= 0; ) {
    const number = open[round]!.pop();
    if (number === undefined) {
      round -= 1;
      continue;
    }
    const one = layers[round]!.cases.of(number);
    if (round === rounds) {
      if (isBroken(one)) return { type: 'violated', treason: treasonOf(number) };
      continue;
    }
    const next = layers[(round += 1)]!;
    const known = next.cases.size;
    goOn(one, round, number, next);
    if (next.cases.size > CASES_MAX) return { type: 'too many' };
    for (let found = next.cases.size - 1; found >= known; found -= 1) open[round]!.push(found);
    if ((work += 1) % WORK_MAX === 0) yield;
  }
  return { type: 'holds', cases: layers.reduce((count, { cases }) => count + cases.size, 0) };

  function newLayer(): Layer {
    return { cases: new Tuples(classes.length), before: [] };
  }

  function begin(self: NodeId): number {
    const context = contexts.get(self)!;
    const state = protocol.begin(context);
    if (self === commander) protocol.step(context, state, { type: 'input', input: order });
    return stepped(context, state, undefined, 1, []);
  }

  function stepped(context: Context, state: unknown, before: Order | undefined, round: number, inbox: readonly Heard<unknown>[]): number {
    const effects = protocol.step(context, state, { type: 'round', round, inbox });
    const decision = before ?? effects.find((effect) => effect.type === 'output')?.output;
    const messages = round > rounds ? [] : saidToAll(context, round, effects);
    const said = JSON.stringify(messages);
    const key = `${round > rounds ? '' : JSON.stringify(state)} ${decision} ${said}`;
    let stand = standNumbers.get(key);
    if (stand === undefined) {
      const saying = numberIn(sayings, said);
      standNumbers.set(key, (stand = stands.push({ state, decision, messages, saying }) - 1));
    }
    return stand;
  }

  /** What it says in that round, the same to everyone. Where it tells one this and another that, it would matter who these are. */
  function saidToAll(context: Context, round: number, effects: readonly RoundsEffect<OrderVocabulary>[]): readonly unknown[] {
    const sends = effects.flatMap((effect) => (effect.type === 'send' && effect.messages.length > 0 ? [effect] : []));
    if (sends.length === 0) return [];
    const [only] = sends;
    const mayHear = members.filter((id) => id !== context.self && maySpeak(protocol, context, round, context.self, id));
    if (sends.length > 1 || !mayHear.every((id) => only!.to.includes(id))) throw new NotByCases();
    return only!.messages;
  }

  function formationOf(unsorted: readonly number[]): number {
    const sorted = unsorted.toSorted((a, b) => a - b);
    const key = sorted.join();
    let formation = formationNumbers.get(key);
    if (formation === undefined) {
      const heard = numberIn(formationSayings, sorted.map((stand) => stands[stand]!.saying).toSorted((a, b) => a - b).join());
      formationNumbers.set(key, (formation = formations.push({ stands: sorted, sayings: heard }) - 1));
    }
    return formation;
  }

  /** Adds all cases that may come of one. */
  function goOn(one: Int32Array, round: number, number: number, { cases, before }: Layer): void {
    const after = classes.map((_, index) => formationsAfter(one, round, index));
    const chosen = new Int32Array(classes.length);
    choose(0);

    function choose(index: number): void {
      if (index === chosen.length) {
        const { size } = cases;
        if (cases.numberOf(chosen) === size) before.push(number);
        return;
      }
      for (const formation of after[index]!) {
        chosen[index] = formation;
        choose(index + 1);
      }
    }
  }

  /** What may come of one class: of those that stand alike it matters how many come to what. */
  function formationsAfter(one: Int32Array, round: number, index: number): readonly number[] {
    const key = `${round} ${index} ${one[index]!} ${heardBy(one, round, index)}`;
    const known = nextFormations.get(key);
    if (known !== undefined) return known;
    const own = formations[one[index]!]!.stands;
    let soFar: number[][] = [[]];
    for (const stand of new Set(own)) {
      const chosen = multisets(standsAfter(one, round, index, stand), own.filter((other) => other === stand).length);
      soFar = soFar.flatMap((before) => chosen.map((picks) => [...before, ...picks]));
    }
    const found = [...new Set(soFar.map(formationOf))];
    nextFormations.set(key, found);
    return found;
  }

  /** What the loyal say in that round, as far as generals of this class hear it. */
  function heardBy(one: Int32Array, round: number, index: number): string {
    const isHeard = hears[round]![classes[index]![0]!]!;
    return classes.map((indices, other) => (indices.some((place) => isHeard[place]!) ? formations[one[other]!]!.sayings : '')).join(' ');
  }

  /** Where a general of a class may stand after that round, if it stands so. */
  function standsAfter(one: Int32Array, round: number, index: number, stand: number): readonly number[] {
    const key = `${round} ${index} ${stand} ${heardBy(one, round, index)}`;
    const known = nextStands.get(key);
    if (known !== undefined) return known;
    const placed = placesIn(one);
    const place = classes[index]!.find((candidate) => placed[candidate] === stand)!;
    const found = [...new Set(prospectsOf(placed, place, round).map(({ next }) => next))];
    nextStands.set(key, found);
    return found;
  }

  /** A case with the generals of each class placed in some way: by place among the loyal, how it stands. */
  function placesIn(one: Int32Array): number[] {
    const placed: number[] = [];
    classes.forEach((indices, index) => indices.forEach((place, rank) => (placed[place] = formations[one[index]!]!.stands[rank]!)));
    return placed;
  }

  /** Where one general may stand after that round, for all that the traitors may say to it. */
  function prospectsOf(placed: readonly number[], place: number, round: number): { readonly next: number; readonly said: readonly SlotSaid[] }[] {
    const isHeard = hears[round]![place]!;
    const { state, decision } = stands[placed[place]!]!;
    const context = contexts.get(loyal[place]!)!;
    return allSaid(openTo[round]![place]!).map((said) => {
      const inbox: Heard<unknown>[] = [];
      for (const from of members) {
        const other = loyal.indexOf(from);
        const messages = other < 0 ? said.flatMap((word) => (word.from === from ? word.said : [])) : isHeard[other]! ? stands[placed[other]!]!.messages : [];
        if (messages.length > 0) inbox.push({ from, messages });
      }
      return { next: stepped(context, structuredClone(state), decision, round + 1, inbox), said };
    });
  }

  /** All that the traitors may say in these. */
  function allSaid(open: readonly Slot[]): SlotSaid[][] {
    return open.reduce<SlotSaid[][]>(
      (soFar, slot) => {
        const words = wordsFor(slot);
        return soFar.flatMap((before) => words.map((said) => [...before, { key: slotKey(slot), from: slot.from, said }]));
      },
      [[]],
    );
  }

  /** Whatever its honest message would be, that and what may be said instead. */
  function wordsFor(slot: Slot): readonly Said[] {
    const before = wordsOf.get(slot);
    if (before !== undefined) return before;
    const honest = [...ORDERS.map(valueIn), NOTHING].map((value) => protocol.wording!.write(slot.label, value)).filter((message) => protocol.parse(message) !== undefined);
    const all = honest.flatMap((message) => alternatives(contexts.get(slot.from)!, message));
    const words = [...new Map(all.map((said) => [JSON.stringify(said), said])).values()];
    wordsOf.set(slot, words);
    return words;
  }

  function isBroken(one: Int32Array): boolean {
    const decisions = new Set(classes.flatMap((indices, index) => (loyal[indices[0]!] === commander ? [] : formations[one[index]!]!.stands.map((stand) => stands[stand]!.decision))));
    if (decisions.has(undefined) || decisions.size > 1) return true;
    return loyal.includes(commander) && decisions.size > 0 && !decisions.has(order);
  }

  /** What the traitors say on the way to a case of the last layer. */
  function treasonOf(end: number): Treason {
    const way = [layers[rounds]!.cases.of(end)];
    for (let [round, number] = [rounds, end]; round > 0; round -= 1) {
      number = layers[round]!.before[number]!;
      way.unshift(layers[round - 1]!.cases.of(number));
    }
    const treason = new Map<string, Said>();
    let placed = placesIn(way[0]!);
    for (let round = 1; round <= rounds; round += 1) {
      const prospects = loyal.map((_, place) => prospectsOf(placed, place, round));
      const after: number[] = [];
      classes.forEach((indices, index) => {
        const chosen = matched(indices.map((place) => prospects[place]!.map(({ next }) => next)), formations[way[round]![index]!]!.stands);
        indices.forEach((place, rank) => (after[place] = chosen[rank]!));
      });
      prospects.forEach((own, place) => {
        for (const { key, said } of own.find(({ next }) => next === after[place])!.said) treason.set(key, said);
      });
      placed = after;
    }
    return treason;
  }
}

function numberIn(numbers: Map<string, number>, key: string): number {
  const number = numbers.get(key) ?? numbers.size;
  numbers.set(key, number);
  return number;
}

/** All ways to take `count` of these, in whatever order. */
function multisets(kinds: readonly number[], count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const all: number[][] = [];
  for (let kind = from; kind < kinds.length; kind += 1) for (const rest of multisets(kinds, count - 1, kind)) all.push([kinds[kind]!, ...rest]);
  return all;
}

/** Gives each one of its own wishes, so that all of these are given. @throws Error if that cannot be */
function matched(wishes: readonly (readonly number[])[], given: readonly number[]): number[] {
  const owner: (number | undefined)[] = given.map(() => undefined);
  wishes.forEach((_, who) => {
    if (!isServed(who, new Set())) throw new Error('a case has come of another one in no way');
  });
  const chosen: number[] = [];
  owner.forEach((who, index) => (chosen[who!] = given[index]!));
  return chosen;

  /** By an augmenting path, as in bipartite matching. */
  function isServed(who: number, tried: Set<number>): boolean {
    return given.some((one, index) => {
      if (tried.has(index) || !wishes[who]!.includes(one)) return false;
      tried.add(index);
      const before = owner[index];
      if (before !== undefined && !isServed(before, tried)) return false;
      owner[index] = who;
      return true;
    });
  }
}
