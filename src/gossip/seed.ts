/**
 * A seed of a gossip network. Seeds keep the list of peers, and decide together who is on it; they are no peers, and pass on no gossip.
 * Gossip is as in the course that the formats are from (compatibility of `dialects/`); membership by votes of seeds, with looks of their
 * own, is ours.
 *
 * Join     Upon REGISTER, a seed looks whether somebody listens there and has the key (`inquiry.ts`), then asks the other seeds, which
 *          look for themselves; a quorum lets it in (`admission.ts`). A quorum is more than half, or, if seeds may lie, ⌈(n + f + 1)/2⌉.
 * List     Upon GET_PEERS, a seed tells all members and how many neighbours each has; nodes of ours get what each member holds by.
 * Remove   Upon a report of a death, a seed looks, then asks the others, which look; a quorum removes (`removal.ts`).
 * Leave    Upon a member's own word that it goes, it is off the list.
 * Forget   Who ended is known for a day, and then no more (`forgetting.ts`).
 * Compare  Every few seconds a seed compares lists with another, so that what one missed it learns, for ever.
 *
 * What is promised, as long as a quorum of seeds are loyal and reach each other:
 * Safety    No member is removed whom a quorum of seeds, at least one of them loyal, can reach and which answers.
 * Liveness  A dead member that somebody reports is removed.
 * Agreement When nothing changes any more, all loyal seeds have one list.
 * A majority stands no lying seed: two majorities may share but that one. `byzantineSeeds` stands f of n ≥ 3f + 1.
 *
 * What is on the list is saved before anybody is told. Numbers of cases under way are bounded; what is beyond is refused.
 */
import type { Event, Machine } from '../core/machine.ts';
import { parseAddress, type Address } from './address.ts';
import { admissionOver, hearJoinCommit, hearJoinPropose, hearJoinVote, inquiredForAdmission, inquiredForJoinVote, proposeAgain, register } from './admission.ts';
import { readClock } from './clocks.ts';
import type { GossipContext } from './context.ts';
import { answered, came, inquire, inquiryOver, lookAgain, lookFailed, lookedIn } from './inquiry.ts';
import { askOf, beginEras, eraOver, mayBeForgotten, recalled } from './forgetting.ts';
import { hangUp, hearHello, hearProof, newLinks, open, output, say, waitedForHello, type Link } from './links.ts';
import type { Message } from './messages.ts';
import { parseMessage } from './parse.ts';
import { answersAbout } from './partial-view.ts';
import { acquit, hearDeadCommit, hearDeadPropose, hearDeadVote, hearReport, inquiredForDeadVote, inquiredForRemoval, lookForForgotten, lookedLongAgo, miss, proposeRemovalsAgain, removalOver } from './removal.ts';
import { checksumOf, isAlive, isNewer, voteFor } from './roster.ts';
import { admit, end, isGenuineLeave, isLarge, othersFor, tell, tellTogether } from './seed-list.ts';
import { askSeed, lostSeed, meetSeeds, metSeed, seedOf } from './seed-links.ts';
import { certified, isSigned, type Conclusion, type SeedState, type SeedTurn } from './seed-state.ts';
import type { Saved, Statement } from './statements.ts';
import type { GossipVocabulary } from './vocabulary.ts';

export const seedMachine: Machine<GossipVocabulary, SeedState, GossipContext> = {
  begin: (context) => newState(context, []),
  recover: (context, records) => newState(context, records),
  parse: parseMessage,
  step(context, state, event) {
    const turn: SeedTurn = { context, state, effects: [] };
    take(turn, event);
    while (state.concluded.length > 0) for (const conclusion of state.concluded.splice(0)) followUp(turn, conclusion);
    return turn.effects;
  },
};

const newState = ({ seeds, address }: GossipContext, records: readonly Saved[]): SeedState => ({
  ...newLinks(),
  ...recalled(records),
  pending: new Map(),
  seeds: new Map(seeds.filter((seed) => seed !== address).map((seed) => [seed, { address: seed, link: undefined, key: undefined, isOld: false }])),
  admissions: new Map(),
  removals: new Map(),
  inquiries: new Map(),
  promised: new Map(),
  votes: new Map(),
  outbox: new Map(),
  untold: undefined,
  concluded: [],
  compared: 0,
  audited: 0,
});

function take(turn: SeedTurn, event: Event<GossipVocabulary>): void {
  const { state } = turn;
  switch (event.type) {
    case 'start':
      meetSeeds(turn);
      beginEras(turn);
      turn.effects.push({ type: 'set-timer', timer: 'compare', after: turn.context.settings.compareEvery });
      break;
    case 'joined': {
      const link = open(turn, event.peer, 'seed', 0);
      if (link?.purpose === 'inquiry') lookedIn(turn, link);
      break;
    }
    case 'gone': {
      const link = state.links.get(event.peer);
      state.links.delete(event.peer);
      if (link?.purpose === 'inquiry') lookFailed(turn, link);
      if (link?.purpose === 'seed') {
        lostSeed(turn, link);
        // Until its key is known again, nothing holds that it signed.
        turn.effects.push({ type: 'set-timer', timer: 'meet', after: MEET_AGAIN });
      }
      if (link?.purpose === 'visit' && link.isProven && link.hello!.own!.role === 'peer') turn.effects.push({ type: 'set-timer', timer: `missing ${link.address!}`, after: MISSING });
      break;
    }
    case 'message': {
      const link = state.links.get(event.from);
      if (link !== undefined) hear(turn, link, event.message);
      break;
    }
    case 'timeout':
      timeout(turn, event.timer);
      break;
    case 'input':
    case 'stalled':
      break;
    default:
      event satisfies never;
  }
}

/** Milliseconds until a seed looks again for one that it lost. */
const MEET_AGAIN = 500;

function timeout(turn: SeedTurn, timer: string): void {
  if (timer === 'compare') return compare(turn);
  if (timer === 'era') return eraOver(turn);
  if (timer === 'meet') return meetSeeds(turn);
  if (timer === 'news') return tellTogether(turn);
  const [what, about = ''] = timer.split(' ');
  const address = parseAddress(about);
  if (what === 'hello') {
    const link = waitedForHello(turn, Number(about) as Link['id']);
    if (link?.purpose === 'seed') metSeed(turn, link);
  } else if (address === undefined) return;
  else if (what === 'look') lookAgain(turn, address);
  else if (what === 'inquiry') inquiryOver(turn, address, false);
  else if (what === 'last') inquiryOver(turn, address, true);
  else if (what === 'admission') admissionOver(turn, address);
  else if (what === 'removal') removalOver(turn, address);
  else if (what === 'looked') lookedLongAgo(turn, address);
  else if (what === 'missing') miss(turn, address);
}

/** Milliseconds in which a member whose link is lost has time to come again. */
const MISSING = 5000;

function hear(turn: SeedTurn, link: Link, message: Message): void {
  const { state } = turn;
  link.quiet = 0;
  switch (message.type) {
    case 'hello':
      if (hearHello(turn, link, message, 'seed', 0)) ready(turn, link);
      else if (!state.links.has(link.id)) refused(turn, link);
      break;
    case 'proof':
      if (hearProof(turn, link, message.signature, 'seed')) ready(turn, link);
      else if (!state.links.has(link.id)) refused(turn, link);
      break;
    case 'ping':
      readClock(turn, link, message.at);
      say(turn, [link], { type: 'pong', at: message.at });
      break;
    case 'pong':
      if (link.purpose === 'inquiry') answered(turn, link);
      break;
    case 'register':
      // Who says of itself that it is of ours must have proven that; what it says comes behind its proof.
      if (link.hello?.own === undefined) register(turn, message.address, link);
      else if (link.isProven && link.address === message.address) register(turn, message.address, link);
      else say(turn, [link], { type: 'registered', ok: false });
      break;
    case 'get-peers': {
      const known = link.isProven ? tell(turn, link) : Array.from(state.roster.entries.values());
      const peers = known.filter(isAlive).map(({ member: { address } }) => ({ address, degree: state.roster.degrees.get(address) ?? 0 }));
      say(turn, [link], { type: 'peer-list', peers });
      break;
    }
    case 'peer-list':
      // An older seed has one that we do not know: we look for ourselves, and ask the others.
      if (seedOf(turn, link)?.isOld === true) for (const { address } of message.peers) if (!isAlive(state.roster.entries.get(address))) register(turn, address, undefined);
      break;
    case 'join-propose':
      hearJoinPropose(turn, link, message);
      break;
    case 'join-vote':
      hearJoinVote(turn, link, message);
      break;
    case 'join-commit': {
      const forgotten = hearJoinCommit(turn, link, message);
      if (forgotten !== undefined) lookForForgotten(turn, forgotten);
      break;
    }
    case 'dead-report':
      hearReport(turn, link, message);
      break;
    case 'dead-propose':
      hearDeadPropose(turn, link, message);
      break;
    case 'dead-vote':
      hearDeadVote(turn, link, message);
      break;
    case 'dead-commit':
      hearDeadCommit(turn, link, message);
      break;
    case 'statements':
      for (const statement of message.statements) if (!isOver(turn, statement, message.statements)) hearStatement(turn, link, statement);
      break;
    case 'view': {
      const own = checksumOf(state.roster);
      if (!link.isProven || own.checksum === message.checksum) break;
      tell(turn, link);
      if (!message.isAnswer && message.size <= turn.context.settings.viewMax) say(turn, [link], { type: 'view', ...own, isAnswer: true });
      break;
    }
    case 'ask-about':
      if (!link.isProven) break;
      if (link.hello!.own!.role === 'peer') askOf(turn, link, message.members);
      if (isLarge(turn)) for (const answer of answersAbout(state.roster, message, othersFor(turn))) say(turn, [link], answer);
      else {
        tell(turn, link);
        say(turn, [link], { type: 'view', ...checksumOf(state.roster), isAnswer: true });
      }
      break;
    case 'degree': {
      const entry = link.isProven ? state.roster.entries.get(link.address!) : undefined;
      if (entry !== undefined && entry.member.key === link.hello!.own!.key) state.roster.degrees.set(link.address!, message.degree);
      break;
    }
    case 'refused':
      output(turn, { type: 'ignored', from: link.address, reason: `it says: ${message.reason}` });
      break;
    case 'gossip':
    case 'suspect-notice':
    case 'registered':
    case 'dead-answer':
    case 'committed':
    case 'probe':
    case 'probed':
    case 'beacon':
    case 'left-noted':
      // Between peers, or answers to what is not asked here.
      break;
    default:
      message satisfies never;
  }

}

/** We closed a link, as who is there is not who should be. */
function refused(turn: SeedTurn, link: Link): void {
  if (link.purpose === 'inquiry') lookFailed(turn, link);
  if (link.purpose === 'seed') lostSeed(turn, link);
}

function ready(turn: SeedTurn, link: Link): void {
  if (link.purpose === 'inquiry') return answered(turn, link);
  if (link.purpose === 'seed') {
    metSeed(turn, link);
    if (!link.isProven) return;
    proposeAgain(turn, link, link.address!);
    return proposeRemovalsAgain(turn, link, link.address!);
  }
  if (!link.isProven) return;
  const { key } = link.hello!.own!;
  came(turn, link.address!, key);
  acquit(turn, link.address!, key);
}

/** A member of whom the same message tells that it has ended: where its life is forgotten, that is nothing to look into. */
const isOver = (turn: SeedTurn, statement: Statement, all: readonly Statement[]): boolean =>
  statement.type === 'member' && mayBeForgotten(turn, statement) && all.some(({ type, address, life }) => (type === 'dead' || type === 'left') && address === statement.address && life === statement.life);

function hearStatement(turn: SeedTurn, link: Link, statement: Statement): void {
  const from = link.address ?? turn.context.address;
  switch (statement.type) {
    case 'member': {
      if (mayBeForgotten(turn, statement)) return lookForForgotten(turn, statement);
      const whole = isNewer(statement, turn.state.roster.entries.get(statement.address)?.member) ? certified(turn, statement) : undefined;
      if (whole !== undefined) admit(turn, whole, from);
      // Those who signed it may be gone: then we look for ourselves, as if we were asked for a vote.
      else if (isNewer(statement, turn.state.roster.entries.get(statement.address)?.member) && isSigned(turn, statement) && !turn.state.inquiries.has(statement.address)) inquire(turn, statement.address, statement.key, { type: 'adoption', member: statement });
      break;
    }
    case 'dead': {
      const entry = turn.state.roster.entries.get(statement.address);
      const whole = isAlive(entry) && entry.member.life === statement.life ? certified(turn, statement) : undefined;
      if (whole !== undefined) end(turn, whole, from);
      break;
    }
    case 'left':
      if (isGenuineLeave(turn, statement)) end(turn, statement, from);
      if (link.address === statement.address) say(turn, [link], { type: 'left-noted' });
      break;
    case 'alive':
    case 'suspect':
      // What peers make of each other is theirs, until they report it.
      break;
    default:
      statement satisfies never;
  }
}

function followUp(turn: SeedTurn, { address, waiting, isThere }: Conclusion): void {
  switch (waiting.type) {
    case 'admission':
      return inquiredForAdmission(turn, address, isThere);
    case 'removal':
      return inquiredForRemoval(turn, address, isThere);
    case 'adoption': {
      const promise = turn.state.promised.get(address);
      // Of one life a seed signs for one key alone.
      const isFree = promise === undefined || promise.life !== waiting.member.life || promise.key === waiting.member.key;
      const whole = isThere && isFree ? certified(turn, { ...waiting.member, votes: [voteFor(turn.context, waiting.member)] }) : undefined;
      if (whole !== undefined) admit(turn, whole, turn.context.address);
      return;
    }
    case 'join-vote':
      return inquiredForJoinVote(turn, waiting.link, waiting.member, isThere);
    case 'dead-vote':
      return inquiredForDeadVote(turn, waiting.link, address, waiting.life, isThere);
    default:
      waiting satisfies never;
  }
}

/** Compares lists with the next seed; an older one is asked for its own. */
function compare(turn: SeedTurn): void {
  const { state, context, effects } = turn;
  effects.push({ type: 'set-timer', timer: 'compare', after: context.settings.compareEvery });
  meetSeeds(turn);
  audit(turn);
  const seeds = Array.from(state.seeds.values());
  if (seeds.length === 0) return;
  state.compared += 1;
  const seed = seeds[state.compared % seeds.length]!;
  const link = seed.link === undefined ? undefined : state.links.get(seed.link);
  if (link?.isProven === true) say(turn, [link], { type: 'view', ...checksumOf(state.roster), isAnswer: false });
  else if (seed.isOld) askSeed(turn, seed.address, { type: 'get-peers' });
}

/** Asks peers that are linked and were not heard of late for a sign of life, and looks at the next of those that are not. */
function audit(turn: SeedTurn): void {
  const { state, context } = turn;
  const linked = new Set<string>();
  for (const link of state.links.values()) {
    if (link.purpose === 'seed') look(turn, link);
    if (link.purpose !== 'visit' || !link.isProven || link.hello!.own!.role !== 'peer') continue;
    link.quiet += 1;
    if (link.quiet > QUIET) {
      hangUp(turn, link);
      turn.effects.push({ type: 'set-timer', timer: `missing ${link.address!}`, after: 1 });
      continue;
    }
    linked.add(link.address!);
    if (link.quiet > RESTFUL) say(turn, [link], { type: 'ping', at: context.unixTime() });
  }
  const others: Address[] = [];
  for (const entry of state.roster.entries.values()) if (isAlive(entry) && entry.member.key !== '' && !linked.has(entry.member.address)) others.push(entry.member.address);
  if (others.length === 0) return;
  state.audited += 1;
  miss(turn, others[state.audited % others.length]!);
}

/** One to another seed may be open at this end alone. */
function look(turn: SeedTurn, link: Link): void {
  link.quiet += 1;
  if (link.quiet <= QUIET) return void (link.isProven && say(turn, [link], { type: 'ping', at: turn.context.unixTime() }));
  hangUp(turn, link);
  lostSeed(turn, link);
}

/** So many signs of life may be missed by a link, and for so many looks nothing is asked of who was heard. */
const QUIET = 6;
const RESTFUL = 2;
