import type { Address } from './address.ts';
import { draw } from './draw.ts';
import { noteEnd } from './forgetting.ts';
import { output, say, type Link } from './links.ts';
import { enter, finish, firstOf, isAlive, isNewer, pagesOf, statementsOf, voteFor, type Entry } from './roster.ts';
import type { SeedTurn } from './seed-state.ts';
import { bodyOf, type Dead, type Left, type Member, type SeedVote, type Statement } from './statements.ts';

/** A member is let in, by a quorum of seeds. @param from the seed that says so */
export function admit(turn: SeedTurn, said: Member, from: Address): boolean {
  const { state, effects } = turn;
  const { address } = said;
  const known = state.roster.entries.get(address);
  if (!isNewer(said, known?.member)) return false;
  const member = { ...said, votes: withOwn(turn, said) };
  effects.push({ type: 'save', record: member });
  enter(state.roster, member);
  state.promised.delete(address);
  output(turn, { type: 'applied', about: 'join', address, life: member.life, from });
  spread(turn, member);
  return true;
}

/** A member is taken off the list, by a quorum of seeds or by its own word. */
export function end(turn: SeedTurn, said: Dead | Left, from: Address): boolean {
  const { state, effects } = turn;
  const { address, life } = said;
  const entry = state.roster.entries.get(address);
  if (entry === undefined || entry.end !== undefined || entry.member.life !== life) return false;
  const statement = said.type === 'dead' ? { ...said, votes: withOwn(turn, said) } : said;
  effects.push({ type: 'save', record: statement });
  finish(state.roster, entry, statement);
  noteEnd(state, statement);
  output(turn, { type: 'applied', about: statement.type === 'dead' ? 'removal' : 'leave', address, life, from });
  spread(turn, statement);
  return true;
}

/**
 * The votes for it and our own: those who voted may be gone when somebody comes who never met them. So may we, who voted for it in an
 * earlier life under another key.
 */
const withOwn = ({ context }: SeedTurn, statement: Member | Dead): readonly SeedVote[] =>
  [...statement.votes.filter(({ seed }) => seed !== context.address), voteFor(context, statement)];

/** Whether a member says for itself that it goes. */
export function isGenuineLeave({ context, state }: SeedTurn, left: Left): boolean {
  const entry = state.roster.entries.get(left.address);
  return isAlive(entry) && entry.member.life === left.life && entry.member.key !== '' && context.keys.verify(entry.member.key, 'left', bodyOf.left(left), left.signature);
}

/**
 * Tells all nodes of ours that are linked. In a large network only the other seeds hear of whoever comes; and where many end at once, of
 * whom few peers know each, the first is told at once, and what follows shortly behind is told together.
 */
function spread(turn: SeedTurn, statement: Statement): void {
  const { state } = turn;
  const { links, seeds } = state;
  if (!isLarge(turn)) return tellAll(turn, [statement]);
  if (statement.type === 'member') {
    const others = Array.from(seeds.values()).flatMap(({ link }) => (link === undefined ? [] : (links.get(link) ?? [])));
    return say(turn, others.filter(isListener), { type: 'statements', statements: [statement] });
  }
  if (state.untold !== undefined) return void state.untold.push(statement);
  tellAll(turn, [statement]);
  gather(turn);
}

function tellAll(turn: SeedTurn, statements: readonly Statement[]): void {
  say(turn, Array.from(turn.state.links.values()).filter(isListener), { type: 'statements', statements });
}

function gather({ state, effects }: SeedTurn): void {
  state.untold = [];
  effects.push({ type: 'set-timer', timer: 'news', after: TOGETHER });
}

/** In ms. */
const TOGETHER = 250;

/** What came meanwhile is told; if that was anything, more may follow. */
export function tellTogether(turn: SeedTurn): void {
  const { untold = [] } = turn.state;
  turn.state.untold = undefined;
  for (const statements of pagesOf(untold)) tellAll(turn, statements);
  if (untold.length > 0) gather(turn);
}

const isListener = ({ isProven, purpose }: Link): boolean => isProven && purpose !== 'inquiry';

const isPeer = ({ hello }: Link): boolean => hello?.own?.role === 'peer';

/** Whether there are more members than a peer knows. */
export const isLarge = ({ state, context }: SeedTurn): boolean => state.roster.size > context.settings.viewMax;

/** Tells one node all that is known, or a peer of a large network so much as it keeps in mind. @returns what it tells */
export function tell(turn: SeedTurn, link: Link): readonly Entry[] {
  const { roster } = turn.state;
  const entries = isPeer(link) && isLarge(turn) ? some(turn, link.address!) : Array.from(roster.entries.values());
  for (const page of pagesOf(entries.flatMap(statementsOf))) say(turn, [link], { type: 'statements', statements: page });
  return entries;
}

/** A peer itself, and others by chance. */
function some(turn: SeedTurn, peer: Address): Entry[] {
  const { addresses, entries } = turn.state.roster;
  const drawn = new Set([peer]);
  for (let i = 0; i < turn.context.settings.viewMax / 2; i += 1) drawn.add(addresses[draw(turn, 'some', addresses.length)]!);
  return Array.from(drawn, (address) => entries.get(address)).filter((entry) => entry !== undefined);
}

/** Whom a peer of a large network is to know as well: who lets the beacon go round, and some by chance. */
export function othersFor(turn: SeedTurn): Address[] {
  const { roster } = turn.state;
  const first = firstOf(roster);
  if (first === undefined) return [];
  return [first, ...Array.from({ length: OTHERS }, () => roster.addresses[draw(turn, 'others', roster.addresses.length)]!)];
}

const OTHERS = 2;
