/**
 * A proof by cases, where a run on symbols does not fold: round by round, all that the loyal may have come to.
 *
 * What a general makes of a round depends on its own inbox alone, and what traitors tell one general settles nothing of what
 * they tell another. So each general's next states are worked out by its code, for everything that the traitors may say to it;
 * the cases after the round are all combinations. Two things keep them few. What a traitor holds does not matter, since it
 * may say anything under the labels of its honest messages, and these labels depend on nothing that anyone has said, as the
 * protocol keeps to values. And generals that are alike (`alike.ts`, their states too) are one: of them only how many stand how
 * is remembered.
 */
import { symbolicSigner } from '../../core/signer.ts';
import type { NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { contextOf, maySpeak, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import { valueIn } from '../values.ts';
import type { Instance } from './instance.ts';
import type { Slot } from './run.ts';

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

/** Where a general may stand next, and one way in which the traitors bring it about. */
interface Prospect {
  readonly stand: number;
  readonly said: readonly { readonly key: string; readonly said: Said }[];
}

interface Case {
  /** By loyal general. */
  readonly stands: readonly number[];
  readonly before: Case | undefined;
}

/** A protocol whose generals say different things to different generals is not gone through by cases. */
export class NotByCases extends Error {}

/** The most cases after one round. */
const CASES_MAX = 20_000;

/**
 * @param instance one order, not either
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
  const classes = [...new Set(classOf)].map((group) => loyal.flatMap((_id, index) => (classOf[index] === group ? [index] : [])));
  const stands: Stand[] = [];
  const numbers = new Map<string, number>();
  const sayings = new Map<string, number>();
  const known = new Map<string, readonly Prospect[]>();
  const wordsOf = new Map<unknown, readonly Said[]>();
  /** Who hears a loyal general, and what the traitors may say, by round and hearer. */
  const hears = Array.from({ length: rounds + 1 }, (_, round) => loyal.map((self) => loyal.map((from) => from !== self && maySpeak(protocol, contexts.get(from)!, round, from, self))));
  const openTo = Array.from({ length: rounds + 1 }, (_, round) => loyal.map((self) => slots.filter((slot) => slot.round === round && slot.to === self)));

  let layer: Case[] = [{ stands: loyal.map(begin), before: undefined }];
  let cases = 1;
  for (let round = 1; round <= rounds; round += 1) {
    const next = new Map<string, Case>();
    for (const one of layer) {
      for (const after of successorsOf(one, round)) {
        const key = keyOf(after);
        if (!next.has(key)) next.set(key, { stands: after, before: one });
      }
      if (next.size > CASES_MAX) return { type: 'too many' };
      yield;
    }
    layer = [...next.values()];
    cases += layer.length;
  }
  const broken = layer.find(isBroken);
  return broken === undefined ? { type: 'holds', cases } : { type: 'violated', treason: treasonOf(broken) };

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
    let stand = numbers.get(key);
    if (stand === undefined) {
      let saying = sayings.get(said);
      if (saying === undefined) sayings.set(said, (saying = sayings.size));
      numbers.set(key, (stand = stands.push({ state, decision, messages, saying }) - 1));
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

  /** Where a general may stand after that round. */
  function prospectsOf(one: Case, index: number, round: number): readonly Prospect[] {
    const stand = one.stands[index]!;
    const isHeard = hears[round]![index]!;
    const key = `${round} ${index} ${stand} ${one.stands.map((other, place) => (isHeard[place]! ? stands[other]!.saying : '')).join(' ')}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const self = loyal[index]!;
    const { state, decision } = stands[stand]!;
    const context = contexts.get(self)!;
    const prospects = new Map<number, Prospect>();
    for (const said of allSaid(openTo[round]![index]!)) {
      const inbox: Heard<unknown>[] = [];
      for (const from of members) {
        const place = loyal.indexOf(from);
        const messages = place < 0 ? said.flatMap((word) => (word.from === from ? word.said : [])) : isHeard[place]! ? stands[one.stands[place]!]!.messages : [];
        if (messages.length > 0) inbox.push({ from, messages });
      }
      const next = stepped(context, structuredClone(state), decision, round + 1, inbox);
      if (!prospects.has(next)) prospects.set(next, { stand: next, said });
    }
    const all = [...prospects.values()];
    known.set(key, all);
    return all;
  }

  /** All that the traitors may say in these. */
  function allSaid(open: readonly Slot[]): { readonly key: string; readonly from: NodeId; readonly said: Said }[][] {
    return open.reduce<{ readonly key: string; readonly from: NodeId; readonly said: Said }[][]>(
      (soFar, slot) => {
        const words = wordsFor(slot);
        return soFar.flatMap((before) => words.map((said) => [...before, { key: slotKey(slot), from: slot.from, said }]));
      },
      [[]],
    );
  }

  function wordsFor(slot: Slot): readonly Said[] {
    const before = wordsOf.get(slot);
    if (before !== undefined) return before;
    const all = ORDERS.flatMap((honest) => alternatives(contexts.get(slot.from)!, protocol.wording!.write(slot.label, valueIn(honest))));
    const words = [...new Map(all.map((said) => [JSON.stringify(said), said])).values()];
    wordsOf.set(slot, words);
    return words;
  }

  /** In how many ways the loyal may stand after that round. Of those that are alike and stand alike it matters how many come to what. */
  function successorsOf(one: Case, round: number): number[][] {
    let soFar: number[][] = [one.stands.slice()];
    for (const alike of classes) {
      for (const stand of new Set(alike.map((index) => one.stands[index]!))) {
        const indices = alike.filter((index) => one.stands[index] === stand);
        const prospects = prospectsOf(one, indices[0]!, round);
        const chosen = multisets(prospects.length, indices.length);
        soFar = soFar.flatMap((before) =>
          chosen.map((picks) => {
            const after = before.slice();
            picks.forEach((pick, place) => (after[indices[place]!] = prospects[pick]!.stand));
            return after;
          }),
        );
      }
    }
    return soFar;
  }

  /** The same for cases that differ in the names of generals that are alike. */
  function keyOf(after: readonly number[]): string {
    return classes.map((indices) => (indices.length === 1 ? after[indices[0]!]! : indices.map((index) => after[index]!).sort((a, b) => a - b).join())).join(';');
  }

  function isBroken({ stands: last }: Case): boolean {
    const decisions = loyal.flatMap((id, index) => (id === commander ? [] : [stands[last[index]!]!.decision]));
    if (decisions.includes(undefined)) return true;
    return new Set(decisions).size > 1 || (loyal.includes(commander) && decisions.some((decision) => decision !== order));
  }

  /** What the traitors say on the way to a case. Who is alike and stands alike has the same prospects, each by what is said to itself. */
  function treasonOf(end: Case): Treason {
    const way: Case[] = [];
    for (let one: Case | undefined = end; one !== undefined; one = one.before) way.unshift(one);
    const treason = new Map<string, Said>();
    for (let round = 1; round < way.length; round += 1) {
      way[round]!.stands.forEach((stand, index) => {
        const prospect = prospectsOf(way[round - 1]!, index, round).find((candidate) => candidate.stand === stand)!;
        for (const { key, said } of prospect.said) treason.set(key, said);
      });
    }
    return treason;
  }
}

/** All ways to take `count` of so many kinds, in whatever order. */
function multisets(kinds: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const all: number[][] = [];
  for (let kind = from; kind < kinds; kind += 1) for (const rest of multisets(kinds, count - 1, kind)) all.push([kind, ...rest]);
  return all;
}
