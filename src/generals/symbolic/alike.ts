/**
 * Which lieutenants a protocol's code cannot tell apart. Two permutations of them are enough to make all others: that of the first two,
 * and that of all in a ring. For each, every general is run alone on symbols, with a symbol for each message that it may
 * hear; and so is the one in whose place it is put, which hears the same under the other names. Where all that both say and
 * decide are the same words, whatever is true of some lieutenants is true of any others.
 */
import type { NodeId } from '../../core/node.ts';
import type { AnyRoundsProtocol, Heard } from '../protocol.ts';
import { NOTHING, type Maybe } from '../values.ts';
import { Labelled, TruthSymbol, ValueSymbol, attackIn, labelled, retreatIn, symbolicValues } from './algebra.ts';
import type { Instance } from './instance.ts';
import { again, anything, runOf, symbolicGeneral, type Slot } from './run.ts';
import { FALSE, Circuitry } from './words.ts';

type Army = Omit<Instance, 'traitors' | 'order'>;

type Renaming = (id: NodeId) => NodeId;

const known = new WeakMap<AnyRoundsProtocol, Map<string, readonly (readonly NodeId[])[]>>();

/**
 * The lieutenants in groups of those that are alike, each in ascending order.
 * @param inStates whether their states must be alike too, as they are between rounds
 * @throws whatever the protocol throws, having met a symbol
 */
export function alikeIn(setting: Army, { inStates = false }: { readonly inStates?: boolean } = {}): readonly (readonly NodeId[])[] {
  const { protocol, members, commander, m } = setting;
  const key = JSON.stringify([members, commander, m, inStates]);
  let settings = known.get(protocol);
  if (settings === undefined) known.set(protocol, (settings = new Map()));
  let groups = settings.get(key);
  if (groups === undefined) settings.set(key, (groups = groupsOf(setting, inStates)));
  return groups;
}

function groupsOf(setting: Army, inStates: boolean): readonly (readonly NodeId[])[] {
  const lieutenants = setting.members.filter((id) => id !== setting.commander);
  if (lieutenants.length < 2) return lieutenants.map((id) => [id]);
  const told = testOf(setting, inStates);
  const ring: Renaming = (id) => (id === setting.commander ? id : lieutenants[(lieutenants.indexOf(id) + 1) % lieutenants.length]!);
  if (told(swapping(lieutenants[0]!, lieutenants[1]!)) && (lieutenants.length === 2 || told(ring))) return [lieutenants];
  const groups: NodeId[][] = [];
  for (const id of lieutenants) {
    const last = groups.at(-1);
    if (last !== undefined && told(swapping(last.at(-1)!, id))) last.push(id);
    else groups.push([id]);
  }
  return groups;
}

const swapping = (a: NodeId, b: NodeId): Renaming => (id) => (id === a ? b : id === b ? a : id);

/** Whether the army does under other names what it does under its own. */
function testOf(setting: Army, inStates: boolean): (renaming: Renaming) => boolean {
  const { protocol, members, commander, m } = setting;
  const words = new Circuitry();
  const values = symbolicValues(words);
  const { sent } = runOf({ ...setting, traitors: [], order: 'either' }, 'anything', new Circuitry());
  /** By hearer and round, then by sender in ascending order. */
  const heard = new Map<NodeId, Map<number, Slot[]>>(members.map((id) => [id, new Map()]));
  for (const slot of sent) {
    const rounds = heard.get(slot.to)!;
    rounds.set(slot.round, [...(rounds.get(slot.round) ?? []), slot]);
  }
  const rounds = protocol.rounds({ members, commander, m });
  const own = new Map(members.map((self) => [self, courseOf(self, (slot) => nameOf(slot))]));
  return (renaming) =>
    members.every((self) => {
      const before = own.get(self)!;
      const after = courseOf(renaming(self), (slot) => nameOf(renamed(slot, inverse(renaming))));
      if (before.length !== after.length) return false;
      const expected = new Set(before.map(({ slot, attack, retreat }) => `${nameOf(renamed(slot, renaming))}: ${attack} ${retreat}`));
      return after.every(({ slot, attack, retreat }) => expected.has(`${nameOf(slot)}: ${attack} ${retreat}`));
    });

  function inverse(renaming: Renaming): Renaming {
    const back = new Map(members.map((id) => [renaming(id), id]));
    return (id) => back.get(id)!;
  }

  function renamed(slot: Named, renaming: Renaming): Named {
    return { round: slot.round, from: renaming(slot.from), to: renaming(slot.to), label: isOwn(slot) ? slot.label : labelOf(slot.label, renaming) };
  }

  function labelOf(label: unknown, renaming: Renaming): unknown {
    return protocol.wording?.rename?.({ members, commander, m }, label, renaming) ?? label;
  }

  /** What it says and decides, given a symbol for whatever may be said to it. */
  function courseOf(self: NodeId, name: (slot: Named) => string): { readonly slot: Named; readonly attack: number; readonly retreat: number }[] {
    const { context, state } = symbolicGeneral({ ...setting, traitors: [], order: 'either' }, self, values);
    const course: { slot: Named; attack: number; retreat: number }[] = [];
    const say = (slot: Named, value: unknown): void => void course.push({ slot, attack: attackIn(value), retreat: retreatIn(value) });
    if (self === commander) protocol.step(context, state, { type: 'input', input: anything(words, 'order') as never });
    for (let round = 1; round <= rounds + 1; round += 1) {
      const inbox: Heard<unknown>[] = [];
      for (const slot of heard.get(self)!.get(round - 1) ?? []) {
        const toss = name(slot);
        const messages = [toss, again(toss)].map((one) => new Labelled(slot.label, () => maybe(anything(words, one))));
        const last = inbox.at(-1);
        if (last?.from === slot.from) inbox[inbox.length - 1] = { from: slot.from, messages: [...last.messages, ...messages] };
        else inbox.push({ from: slot.from, messages });
      }
      for (const effect of protocol.step(context, state, { type: 'round', round, inbox })) {
        if (effect.type === 'output') say({ round, from: self, to: self, label: 'decision' }, effect.output);
        if (effect.type !== 'send') continue;
        for (const to of effect.to) for (const message of effect.messages) say({ round, from: self, to, label: labelled(message).label }, labelled(message).value);
      }
      if (inStates) for (const [place, value] of leavesOf(state)) say({ round, from: self, to: self, label: place }, value);
    }
    return course;
  }
}

/** What a state is made of, by place. What is known of it already belongs to its place. */
function leavesOf(state: unknown, place = 'state'): [string, unknown][] {
  if (state instanceof ValueSymbol) return [[place, state]];
  if (state instanceof TruthSymbol) return [[place, new ValueSymbol(state.signal, FALSE)]];
  if (typeof state !== 'object' || state === null) return [[`${place} is ${String(state)}`, NOTHING]];
  return Object.entries(state).flatMap(([key, value]) => leavesOf(value, `${place} ${key}`));
}

type Named = Omit<Slot, 'index'>;

/** What a general says to itself is what it decides, and its state: these have labels of ours. */
const isOwn = ({ from, to }: Named): boolean => from === to;

/** Labels are plain data; most are numbers or words, which are quicker to write as they are. */
const nameOf = ({ round, from, to, label }: Named): string => `${round} ${from} ${to} ${typeof label === 'number' || typeof label === 'string' ? label : JSON.stringify(label)}`;

const maybe = (symbol: unknown): Maybe => symbol as Maybe;
