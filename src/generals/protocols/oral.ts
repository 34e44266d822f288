/**
 * OM(m), the oral messages algorithm of Lamport, Shostak and Pease, "The Byzantine Generals Problem" (ACM TOPLAS 4(3),
 * 1982, §3), unrolled into rounds over a tree of what was heard: the exponential information gathering of Bar-Noy, Dolev,
 * Dwork and Strong, "Shifting gears" (PODC 1987).
 *
 * Promises, with n > 3m and at most m traitors: all loyal lieutenants decide the same (IC1), and what a loyal commander
 * ordered (IC2); theorem 1 of the paper. It assumes that a message tells who sent it, and that its absence is noticed.
 *
 * A path is a chain of different generals, the commander first: `attack G1→G3→G5` says that G5 says that G3 says that the
 * commander, G1, said attack. It is sent by the last general of its path, in the round that is as its path is long.
 * On the wire it is a number: see `oral-paths.ts`.
 *
 * Round 1. The commander sends its order to every lieutenant.
 * Round r, 2 … m + 1. A lieutenant has heard one order for every path of r − 1 generals without itself, a missing one
 *          being the default order, retreat. It adds itself to each path, and sends it to every general not on the path.
 * Then     a lieutenant decides. What it makes of a path of m + 1 generals is the order that it heard. What it makes of a
 *          shorter path is the majority, a tie being retreat, of the order that it heard and of what it makes of each path
 *          that is longer by one general: of n − 1 orders for the commander's own path, n − 2 for the next, and so on,
 *          as OM(m), OM(m − 1), … take them in the paper. It decides for what it makes of the commander's own path.
 *
 * The first message on a path counts. A message whose path does not end with its sender, does not fit the round, holds
 * its receiver or a stranger, or begins with another than the commander is as if it had not been sent. So a liar can say
 * nothing that its counterpart on the same path, and silence, do not cover: every path that it may speak on, it must.
 *
 * We depart from the paper in one thing: the commander decides too, for its own order.
 */
import { counted, figure } from '../../core/figures.ts';
import { DEFAULT_ORDER, type Order } from '../order.ts';
import type { NodeId } from '../../core/node.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsProtocol, Setting, Vote } from '../protocol.ts';
import { byzantineMembers, faultsTolerated } from '../../core/quorum.ts';
import { NOTHING, orderIn, type Maybe, type Value, type Values } from '../values.ts';
import { COMMANDERS, isOralMessage, lieutenantsOf, mapFor, pathOf, pathText, placeOn, speakerOf, wording, type OralMessage, type PathMap } from './oral-paths.ts';

interface Oral extends OrderVocabulary {
  readonly message: OralMessage;
}

/** What a general knows. */
interface OralState {
  /** The commander's own order. */
  order: Value;
  /** What was heard on each path that this general is not on, by length of path − 1 and then by place: see `oral-paths.ts`. */
  readonly heard: (readonly Maybe[])[];
}

/** The most messages that an order may cost: all of them are held in memory at once. */
export const MESSAGES_MAX = 1_000_000;

export const oral: RoundsProtocol<Oral, OralState, 'oral'> = {
  name: 'oral',
  summary: 'OM(m) of 1982: who said that who said what, by majorities; stands m traitors among 3m + 1, with about n^(m + 1) messages',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: faultsTolerated,
  refuses,
  rounds: ({ m: faults }) => faults + 1,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members, m: faults }) => Number(countMessages(members.length, faults)),
  lies: (_context, honest) => [honest ^ 1],
  describe,
  legend: 'attack G1→G3→G5 means: G5 says that G3 says that G1 ordered attack',
  parse: (input) => (isOralMessage(input) ? input : undefined),
  wording,
  claims: { silenceIsTheDefault: true, firstWordCounts: true, isSteady: true },
  tree: { levels: ({ m: faults }) => faults, pathOf: (setting, _round, _from, message) => pathOf(setting, message) },
  path: pathOf,
  effort: { few: 0.1, many: 0.08 },

  votes,
  evidence,

  begin: ({ values }) => ({ order: values.default, heard: [] }),

  step(context, state, event) {
    switch (event.type) {
      case 'input':
        state.order = context.values.of(event.input);
        return [];
      case 'round':
        if (context.self === context.commander) return event.round === 1 ? command(context, state) : [];
        return event.round === 1 || event.round > context.m + 2 ? [] : takePart(context, state, event.inbox);
      default:
        event satisfies never;
        return [];
    }
  },
};

function refuses(members: number, faults: number): string | undefined {
  if (faults > Math.max(0, members - 2))
    return `OM(${faults}) does not fit ${counted(members, 'general')}: m is at most n - 2, here ${Math.max(0, members - 2)}`;
  const messages = countMessages(members, faults);
  if (messages <= MESSAGES_MAX) return undefined;
  return `OM(${faults}) among ${counted(members, 'general')} takes ${counted(messages, 'message')}, the limit is ${figure(MESSAGES_MAX)}: choose a smaller m`;
}

/** (n − 1) + (n − 1)(n − 2) + …, m + 1 terms. A bigint, since a refusal names it to the last digit. */
function countMessages(members: number, faults: number): bigint {
  let level = 1n;
  let sum = 0n;
  for (let length = 1; length <= faults + 1 && length < members; length += 1) {
    level *= BigInt(members - length);
    sum += level;
  }
  return sum;
}

function command(context: Context, { order }: OralState): RoundsEffect<Oral>[] {
  const { values } = context;
  const message = values.through(wording).write(COMMANDERS, order);
  return [{ type: 'send', to: lieutenantsOf(context), messages: [message] }, { type: 'output', output: values.order(order) }];
}

function takePart(context: Context, state: OralState, inbox: readonly Heard<OralMessage>[]): RoundsEffect<Oral>[] {
  const map = mapFor(context);
  state.heard.push(levelOf(context, map, inbox, state.heard.length + 1));
  return state.heard.length > context.m ? [{ type: 'output', output: decide(context, state) }] : relay(context, map, state.heard);
}

/** What was heard on all paths of that length, by place. This is where a large order spends its time. */
function levelOf(context: Context, { levels }: PathMap, inbox: readonly Heard<OralMessage>[], length: number): Maybe[] {
  const { members, values } = context;
  const words = values.through(wording);
  const paths = levels[length - 1]!;
  const level = paths.silence.slice();
  let place = 0;
  for (const { from, messages } of inbox) {
    // Both lists are sorted.
    while (place < members.length && members[place]! < from) place += 1;
    if (members[place] !== from) continue;
    const speaker = speakerOf(context, place);
    for (const message of messages) {
      const spot = placeOn(paths, words.labelOf(message), speaker);
      if (spot >= 0 && level[spot] === NOTHING) level[spot] = words.valueOf(message);
    }
  }
  return level;
}

/** Passes the last level on: to each other lieutenant all paths that it is not on itself, what is missing being the default. */
function relay(context: Context, { levels }: PathMap, heard: readonly (readonly Maybe[])[]): RoundsEffect<Oral>[] {
  const { members, commander, values } = context;
  const words = values.through(wording);
  const level = heard.at(-1)!;
  const gap = members.indexOf(commander);
  return levels[heard.length - 1]!.relays.map(({ to, places, paths }): RoundsEffect<Oral> => {
    const messages: OralMessage[] = paths.slice();
    for (let index = 0; index < places.length; index += 1) messages[index] = words.write(paths[index]!, values.orElse(level[places[index]!]!, values.default));
    return { type: 'send', to: [members[to < gap ? to : to + 1]!], messages };
  });
}

function decide({ values }: Context, { heard }: OralState): Order {
  const [word] = made(values, heard, 1);
  return values.order(values.orElse(word!, values.default));
}

/** What is made of each path of that length, the longest paths first. The longer paths of one path stand side by side. */
function made(values: Values, heard: readonly (readonly Maybe[])[], length: number): readonly Maybe[] {
  let words = heard.at(-1)!;
  for (let shorter = heard.length - 1; shorter >= length; shorter -= 1) words = values.majorities(heard[shorter - 1]!, words);
  return words;
}

/** What was heard in each round. */
function readingOf(context: Context, inboxes: readonly (readonly Heard<OralMessage>[])[]): readonly (readonly Maybe[])[] {
  const map = mapFor(context);
  return inboxes.map((inbox, index) => levelOf(context, map, inbox, index + 1));
}

/** Of what a decision is the majority: the order heard from the commander, and what is made of each other lieutenant's path. */
function votes(context: Context, inboxes: readonly (readonly Heard<OralMessage>[])[]): Vote[] {
  const { values } = context;
  const levels = readingOf(context, inboxes);
  const vote = voteOf(context.commander, levels[0]?.[0] ?? NOTHING);
  if (levels.length < 2) return [vote];
  const words = made(values, levels, 2);
  return [vote, ...othersOf(context).map((from, place): Vote => {
    const { order } = voteOf(from, words[place]!);
    return { from, order, isAssumed: order === DEFAULT_ORDER && levels[1]![place] === NOTHING };
  })];
}

function voteOf(from: NodeId, word: Maybe): Vote {
  const order = orderIn(word);
  return { from, order: order ?? DEFAULT_ORDER, isAssumed: order === undefined };
}

function describe(setting: Setting, message: OralMessage): string {
  const path = pathOf(setting, message);
  return `${orderIn(wording.valueOf(message))!} ${path === undefined ? 'on no path' : pathText(path)}`;
}

const othersOf = (context: Context): NodeId[] => lieutenantsOf(context).filter((id) => id !== context.self);

/** The tree of what was heard, each path under the one that it makes longer, with what was heard on it and what is made of it. */
function evidence(context: Context, inboxes: readonly (readonly Heard<OralMessage>[])[]): string[] {
  const levels = readingOf(context, inboxes);
  const makings = levels.map((_, index) => made(context.values, levels, index + 1));
  const shown = levels.findLastIndex((level, index) => index < 2 || level.length <= EVIDENCE_MAX);
  const others = othersOf(context);
  const lines: string[] = [];
  const tell = (index: number, place: number, path: readonly NodeId[]): void => {
    const heard = levels[index]![place]!;
    const isLeaf = index === levels.length - 1;
    const making = isLeaf ? '' : `, majority ${orderIn(makings[index]![place]!)!}`;
    lines.push(`${'  '.repeat(index)}${pathText(path)}: ${orderIn(heard) ?? `silent, so ${DEFAULT_ORDER}`}${making}`);
    if (isLeaf || index >= shown) return;
    const free = others.filter((id) => !path.includes(id));
    free.forEach((id, child) => tell(index + 1, place * free.length + child, [...path, id]));
  };
  tell(0, 0, [context.commander]);
  if (shown < levels.length - 1) lines.push(`(the paths of more than ${shown + 1} generals are left out)`);
  return lines;
}

/** A level of the tree with more paths than this is left out of the evidence. */
const EVIDENCE_MAX = 100;
