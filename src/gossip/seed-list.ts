import type { Address } from './address.ts';
import { output, say, type Link } from './links.ts';
import { enter, finish, isAlive, isNewer, pagesOf, statementsOf, voteFor } from './roster.ts';
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
  spread(turn, [member]);
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
  output(turn, { type: 'applied', about: statement.type === 'dead' ? 'removal' : 'leave', address, life, from });
  spread(turn, [statement]);
  return true;
}

/** The votes for it and our own: those who voted may be gone when somebody comes who never met them. */
const withOwn = ({ context }: SeedTurn, statement: Member | Dead): readonly SeedVote[] => (statement.votes.some(({ seed }) => seed === context.address) ? statement.votes : [...statement.votes, voteFor(context, statement)]);

/** Whether a member says for itself that it goes. */
export function isGenuineLeave({ context, state }: SeedTurn, left: Left): boolean {
  const entry = state.roster.entries.get(left.address);
  return isAlive(entry) && entry.member.life === left.life && entry.member.key !== '' && context.keys.verify(entry.member.key, 'left', bodyOf.left(left), left.signature);
}

/** Tells all nodes of ours that are linked. */
export function spread(turn: SeedTurn, statements: readonly Statement[]): void {
  say(turn, Array.from(turn.state.links.values()).filter(isListener), { type: 'statements', statements });
}

const isListener = ({ isProven, purpose }: Link): boolean => isProven && purpose !== 'inquiry';

/** Tells one node all that is known. */
export function tellAll(turn: SeedTurn, link: Link): void {
  const statements = Array.from(turn.state.roster.entries.values()).flatMap(statementsOf);
  for (const page of pagesOf(statements)) say(turn, [link], { type: 'statements', statements: page });
}
