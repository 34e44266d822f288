import type { Address } from './address.ts';
import { dial, say, type Link } from './links.ts';
import type { Message } from './messages.ts';
import type { OtherSeed, SeedTurn } from './seed-state.ts';

/** Has a link to each other seed, and dials those that are missing. */
export function meetSeeds(turn: SeedTurn): void {
  for (const seed of turn.state.seeds.values()) if (seed.link === undefined && !seed.isOld) meet(turn, seed);
}

function meet(turn: SeedTurn, seed: OtherSeed): void {
  seed.link = dial(turn, seed.address, 'seed').id;
}

/** The seed at the other end of a link: one that we dialled at its own address, or that has the key that was found there. */
export function seedOf({ state }: SeedTurn, link: Link): OtherSeed | undefined {
  if (link.purpose === 'seed') return state.seeds.get(link.address!);
  const own = link.hello?.own;
  if (!link.isProven || own?.role !== 'seed') return undefined;
  for (const seed of state.seeds.values()) if (seed.key === own.key) return seed;
  return undefined;
}

/** Whether it is an older program, which signs nothing: known by the link that we dialled. */
export const isOldSeed = (_turn: SeedTurn, link: Link, seed: OtherSeed): boolean => seed.isOld && link.purpose === 'seed' && !link.isProven;

/** Whether some seed signs nothing, so that a commit of its kind can only be believed by whoever took part in the vote. */
export const hasOldSeeds = ({ state, context }: SeedTurn): boolean => !context.settings.byzantineSeeds && Array.from(state.seeds.values()).some(({ isOld }) => isOld);

/** A link to a seed is ready: what was to be said to it goes now. */
export function metSeed(turn: SeedTurn, link: Link): void {
  const seed = turn.state.seeds.get(link.address!)!;
  // Who ever had a key has one: it is only slow to say so.
  seed.isOld = !link.isProven && seed.key === undefined;
  if (link.isProven) seed.key = link.hello!.own!.key;
  const waiting = turn.state.outbox.get(seed.address) ?? [];
  turn.state.outbox.delete(seed.address);
  // One of ours is asked for its votes in all that is under way, by whoever began it.
  for (const message of waiting) if (!link.isProven || !VOTED.has(message.type)) say(turn, [link], message);
}

const VOTED: ReadonlySet<Message['type']> = new Set(['join-propose', 'dead-propose']);

/** Asks all other seeds. */
export function askSeeds(turn: SeedTurn, message: Message): void {
  for (const seed of turn.state.seeds.values()) askSeed(turn, seed.address, message);
}

export function askSeed(turn: SeedTurn, address: Address, message: Message): void {
  const { state } = turn;
  const seed = state.seeds.get(address)!;
  const link = seed.link === undefined ? undefined : state.links.get(seed.link);
  if (link?.isReady === true) return say(turn, [link], message);
  // Older programs close a link behind each answer.
  if (link === undefined) meet(turn, seed);
  const waiting = state.outbox.get(address) ?? [];
  if (waiting.length < WAITING_MAX) state.outbox.set(address, [...waiting, message]);
}

/** How much waits for a seed that is not there: what is older is asked again by whoever wants to know. */
const WAITING_MAX = 64;

export function lostSeed(turn: SeedTurn, link: Link): void {
  const seed = turn.state.seeds.get(link.address!);
  if (seed === undefined || seed.link !== link.id) return;
  seed.link = undefined;
  // A link that could not be opened: what waits for it is void.
  if (!link.isReady) turn.state.outbox.delete(seed.address);
}
