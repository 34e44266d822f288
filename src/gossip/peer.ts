/**
 * A peer of a gossip network. The rules are those of the course that the formats are from; what nodes of ours add is signed, and older
 * programs do not notice it.
 *
 * Join      Registers with a quorum of seeds, merges their lists, and picks neighbours (`join.ts`, `overlay.ts`).
 * Gossip    Makes a message every few seconds; each goes once over each link (`message-list.ts`).
 * Watch     Pings its neighbours, and suspects who does not answer (`detectors/`).
 * Agree     Suspects together with others, hears who refutes, and reports to seeds (`suspicion.ts`), which look for themselves.
 * Heal      Replaces neighbours (`overlay.ts`), notices that it is cut off (`beacon.ts`), and looks for those that were taken off the list,
 *           for ever (`heal.ts`).
 *
 * Promised, with a quorum of loyal seeds that all can reach in the end:
 * Each gossip message reaches all live peers that links join, once over each link.
 * Whoever dies among live neighbours is reported, and removed everywhere. Whoever lives refutes, or is let in again as another life.
 * All views are the same when nothing changes any more.
 *
 * It departs from SWIM in that peers ping their neighbours, not anybody, since links of TCP are kept; that a look at somebody else is a new
 * link; and that the last word on a death is the seeds'.
 */
import type { Event, Machine } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { parseAddress, type Address } from './address.ts';
import { beaconTick, hearBeacon, learntRoot } from './beacon.ts';
import { beginChores, doChores, type Chore } from './chores.ts';
import { readClock } from './clocks.ts';
import type { GossipContext } from './context.ts';
import { DETECTORS } from './detectors/registry.ts';
import { draw } from './draw.ts';
import { heal, healed, healPeriod } from './heal.ts';
import { hearList, hearRegistered, join, joinAnew, keepUp, lostSeed, metSeed, registrationOver } from './join.ts';
import { dial, hangUp, hearHello, hearProof, linksTo, open, output, say, waitedForHello, type Link } from './links.ts';
import { hearProbe, looked } from './looks.ts';
import { generate, gossipTick, hearGossip } from './message-list.ts';
import type { Message } from './messages.ts';
import { believe, spread, tellArrivals, tellSoon, type News } from './news.ts';
import { drop, fill, hearRefusal, introduce, meet, noteOurs, tellDegree } from './overlay.ts';
import { parseMessage } from './parse.ts';
import { answersAbout, askAbout, askWhoComes, toldAll } from './partial-view.ts';
import { NONE_SUSPECTED, NONE_UNREACHABLE, isMember, type PeerState, type PeerTurn } from './peer-state.ts';
import { checksumOf, isAlive, newRoster, pagesOf, statementsOf } from './roster.ts';
import { bodyOf, type Statement } from './statements.ts';
import { ended, found, heard, hearAnswer, hearNotice, lapse, refute, spare, suspect, suspicionOver, wait } from './suspicion.ts';
import { forget } from './unreachable.ts';
import type { GossipVocabulary } from './vocabulary.ts';

export const peerMachine: Machine<GossipVocabulary, PeerState, GossipContext> = {
  begin: (context) => ({
    // What most events need stands first: among ten thousand peers it is what memory takes to fetch that counts.
    hasLeft: false,
    links: new Map(),
    suspected: NONE_SUSPECTED,
    unreachable: NONE_UNREACHABLE,
    ticks: 0,
    beacon: undefined,
    beaconAge: 0,
    roster: newRoster(),
    ours: [],
    nextLook: 0,
    linked: [],
    chores: [],
    choresWait: 0,
    linkedIds: [],
    pending: new Map(),
    life: 0,
    incarnation: 0,
    seeds: new Map(context.seeds.map((address) => [address, { address, link: undefined, key: undefined, isDoubted: false, isOld: false, status: 'none', hasListed: false, quiet: 0 }])),
    isReady: false,
    isLeaving: false,
    neighbours: new Map(),
    wanted: 0,
    extra: 0,
    avoided: new Set(),
    redialled: new Set(),
    spared: new Map(),
    generated: 0,
    scheduled: 0,
    messages: new Map(),
    older: new Map(),
    recent: [],
    recentBefore: [],
    ill: 0,
    slowness: 1,
    looks: new Map(),
    probes: new Map(),
    probed: 0,
    beacons: 0,
    beaconRoot: undefined,
    isDegreeDue: false,
    arrivals: [],
    knowsPart: false,
    unknownRoot: undefined,
    asked: 0,
    compares: 0,
    dialled: 0,
    draws: 0,
  }),
  parse: parseMessage,
  step(context, state, event) {
    const turn: PeerTurn = { context, state, effects: [] };
    if (!state.hasLeft) take(turn, event);
    return turn.effects;
  },
};

function take(turn: PeerTurn, event: Event<GossipVocabulary>): void {
  const { state } = turn;
  switch (event.type) {
    case 'start':
      begin(turn);
      break;
    case 'joined': {
      const link = open(turn, event.peer, 'peer', state.life);
      if (link !== undefined && state.isLeaving) hangUp(turn, link);
      break;
    }
    case 'gone':
      gone(turn, event.peer);
      break;
    case 'message': {
      const link = state.links.get(event.from);
      if (link !== undefined) hear(turn, link, event.message);
      break;
    }
    case 'timeout':
      timeout(turn, event.timer);
      break;
    case 'input':
      if (event.input.type === 'leave') leave(turn);
      else if (event.input.type === 'say') generate(turn, event.input.text);
      else dial(turn, event.input.address, 'heal');
      break;
    case 'stalled':
      stalled(turn);
      break;
    default:
      event satisfies never;
  }
}

/**
 * How often of 20 a peer picks so many neighbours: one to five with the weights .40, .30, .15, .10 and .05, as the older programs, and one in
 * reserve. With one alone most peers would be cut off when the best-connected fall.
 */
const WANTED = [2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6];

function begin(turn: PeerTurn): void {
  turn.state.wanted = WANTED[draw(turn, 'wanted', WANTED.length)]!;
  join(turn);
  beginChores(turn, CHORES);
}

const detectorOf = ({ context }: PeerTurn) => DETECTORS[context.settings.detector]!;

/** Milliseconds between two looks at whether all seeds are there. */
const KEEP_UP = 3000;

const CHORES: readonly Chore[] = [
  {
    name: 'detect',
    period: (turn) => detectorOf(turn).period(turn),
    do(turn) {
      turn.state.ticks += 1;
      detectorOf(turn).tick(turn);
    },
  },
  { name: 'beacon', period: ({ context }) => context.settings.beaconEvery, do: beaconTick },
  {
    name: 'keep-up',
    period: () => KEEP_UP,
    do(turn) {
      keepUp(turn);
      compare(turn);
    },
  },
  { name: 'heal', period: healPeriod, do: heal },
];

function timeout(turn: PeerTurn, timer: string): void {
  switch (timer) {
    case 'chores':
      return doChores(turn, CHORES);
    case 'join':
      return join(turn);
    case 'gossip':
      return gossipTick(turn);
    case 'degree':
      return tellDegree(turn);
    case 'arrivals':
      return tellArrivals(turn);
    case 'leave':
      return left(turn);
    default:
      return timeoutAbout(turn, timer);
  }
}

/** A timer for one link or one address. */
function timeoutAbout(turn: PeerTurn, timer: string): void {
  const { state } = turn;
  const space = timer.indexOf(' ');
  const [what, about] = [timer.slice(0, space), timer.slice(space + 1)];
  if (what === 'probe') return detectorOf(turn).overdue?.(turn, what, about);
  const address = parseAddress(about);
  const link = state.links.get(Number(about) as NodeId);
  if (what === 'suspicion' && address !== undefined) suspicionOver(turn, address);
  if (what === 'lapse' && address !== undefined) lapse(turn, address);
  if (what === 'registration' && address !== undefined) registrationOver(turn, address);
  if (what === 'look' && link !== undefined) looked(turn, link, false);
  if (what === 'healed' && link !== undefined && link.purpose === 'heal') hangUp(turn, link);
  if (what === 'hello') {
    const waited = waitedForHello(turn, Number(about) as NodeId);
    if (waited?.purpose === 'seed') metSeed(turn, waited);
  }
}

function hear(turn: PeerTurn, link: Link, message: Message): void {
  const { state } = turn;
  const { neighbour } = link;
  if (state.unreachable.size > 0 && link.isReady && link.address !== undefined && state.unreachable.has(link.address)) found(turn, link.address);
  if (link.purpose === 'seed') {
    const seed = state.seeds.get(link.address!);
    if (seed !== undefined) seed.quiet = 0;
  }
  if (neighbour !== undefined) {
    link.heardAt = state.ticks;
    // It may speak over one of two links.
    if (!link.isProven) neighbour.link.heardAt = state.ticks;
    if (state.suspected.size > 0 && message.type !== 'ping') heard(turn, neighbour.address);
  }
  switch (message.type) {
    case 'hello':
      if (hearHello(turn, link, message, 'peer', state.life)) ready(turn, link);
      else if (!state.links.has(link.id)) refused(turn, link);
      break;
    case 'proof':
      if (hearProof(turn, link, message.signature, 'peer')) ready(turn, link);
      else if (!state.links.has(link.id)) refused(turn, link);
      break;
    case 'ping':
      readClock(turn, link, message.at);
      say(turn, [link], { type: 'pong', at: message.at });
      break;
    case 'pong':
      if (neighbour !== undefined) detectorOf(turn).answered?.(turn, neighbour);
      looked(turn, link, true);
      break;
    case 'gossip':
      if (neighbour !== undefined) hearGossip(turn, link, message);
      break;
    case 'suspect-notice':
      if (neighbour !== undefined) hearNotice(turn, link, message);
      break;
    case 'registered':
      hearRegistered(turn, link, message);
      break;
    case 'peer-list':
      hearList(turn, link, message);
      break;
    case 'dead-answer':
      hearAnswer(turn, link, message);
      break;
    case 'statements':
      hearStatements(turn, link, message.statements);
      break;
    case 'view': {
      if (link.purpose === 'seed' && link.isProven && message.isAnswer) toldAll(turn, message.size);
      const own = checksumOf(state.roster);
      if (!link.isProven || own.checksum === message.checksum || state.knowsPart) break;
      for (const page of pagesOf(Array.from(state.roster.entries.values()).flatMap(statementsOf))) say(turn, [link], { type: 'statements', statements: page });
      if (!message.isAnswer) say(turn, [link], { type: 'view', ...own, isAnswer: true });
      break;
    }
    case 'ask-about':
      if (link.isProven) for (const answer of answersAbout(state.roster, message)) say(turn, [link], answer);
      break;
    case 'probe':
      if (link.isProven) hearProbe(turn, link, message);
      break;
    case 'probed':
      detectorOf(turn).looked?.(turn, link, message.number, message.ok);
      break;
    case 'beacon':
      if (neighbour !== undefined && link.isProven) hearBeacon(turn, link, message);
      break;
    case 'refused':
      hearRefusal(turn, link, message);
      break;
    case 'left-noted':
      if (state.isLeaving && link.purpose === 'seed') left(turn);
      break;
    case 'register':
    case 'get-peers':
    case 'dead-report':
    case 'join-propose':
    case 'join-vote':
    case 'join-commit':
    case 'dead-propose':
    case 'dead-vote':
    case 'dead-commit':
    case 'committed':
    case 'degree':
      // For seeds.
      break;
    default:
      message satisfies never;
  }
}

function ready(turn: PeerTurn, link: Link): void {
  if (link.purpose === 'seed') return metSeed(turn, link);
  if (link.purpose === 'look') return looked(turn, link, true);
  // Seeds that look, and others that visit, are no neighbours.
  if (link.hello?.own?.role === 'seed') return;
  if (link.isProven) {
    found(turn, link.address!);
    // It may have been a neighbour before it had proven who it is.
    if (link.neighbour !== undefined) noteOurs(turn);
  }
  introduce(turn, link);
  if (link.purpose === 'heal') return healed(turn, link);
  if (wantsToMeet(link)) meet(turn, link);
  if (link.neighbour !== undefined) heard(turn, link.address!);
}

/** We closed a link, as who is there is not who should be. */
function refused(turn: PeerTurn, link: Link): void {
  looked(turn, link, false);
  if (link.purpose === 'seed') lostSeed(turn, link);
  else if (link.address !== undefined) turn.state.avoided.add(link.address);
}

/** Whether a link is one of neighbours to be. */
const wantsToMeet = (link: Link): boolean => link.isReady && link.neighbour === undefined && link.hello?.own?.role !== 'seed' && (link.purpose === 'peer' || link.purpose === 'visit') && !isVisit(link);

/** Whether the other came only to look. */
const isVisit = (link: Link): boolean => link.way === 'in' && link.hello?.own?.visits === true;

function hearStatements(turn: PeerTurn, link: Link, statements: readonly Statement[]): void {
  if (!link.isProven) return;
  let news: { readonly one: News; readonly statement: Statement }[] | undefined;
  for (const statement of statements) {
    const one = believe(turn, statement, link);
    if (one !== undefined) (news ??= []).push({ one, statement });
    else if (statement.type === 'member' && statement.address === link.address && !isMember(turn, link.address)) askWhoComes(turn, link.address);
  }
  // As nearly always: all neighbours tell the same.
  if (news === undefined) return;
  // Who joins is told a moment later with those that join then, too: nothing waits for that, and there may be many.
  if (!turn.state.knowsPart) tellSoon(turn, news.flatMap(({ one }) => (one.type === 'joined' ? [one.address] : [])), link);
  spread(turn, news.filter(({ one }) => one.type !== 'joined' && one.type !== 'own-suspicion' && one.type !== 'own-death').map(({ statement }) => statement), link);
  for (const { one } of news) follow(turn, one);
}

function follow(turn: PeerTurn, news: News): void {
  switch (news.type) {
    case 'joined':
      forget(turn, news.address);
      // It may have linked before we knew it.
      for (const link of linksTo(turn.state, news.address)) if (wantsToMeet(link)) meet(turn, link);
      if (turn.state.isReady && turn.state.neighbours.size === 0) fill(turn);
      return learntRoot(turn, news.address);
    case 'ended':
      return ended(turn, news.address);
    case 'suspected': {
      const entry = turn.state.roster.entries.get(news.address);
      if (!isAlive(entry)) break;
      output(turn, { type: 'noticed', address: news.address, by: news.by });
      wait(turn, entry, news.by);
      const neighbour = turn.state.neighbours.get(news.address);
      if (neighbour !== undefined && !entry.suspects.has(turn.context.address)) detectorOf(turn).check?.(turn, neighbour);
      break;
    }
    case 'cleared':
      if (turn.state.unreachable.has(news.address)) spare(turn, news.address);
      turn.effects.push({ type: 'cancel-timer', timer: `suspicion ${news.address}` });
      break;
    case 'own-life':
      break;
    case 'own-suspicion':
      return refute(turn, news.suspect.by, news.suspect.incarnation);
    case 'own-death':
      for (const address of turn.state.unreachable.keys()) forget(turn, address);
      return joinAnew(turn);
    default:
      news satisfies never;
  }
}

function gone(turn: PeerTurn, id: NodeId): void {
  const { state } = turn;
  const link = state.links.get(id);
  if (link === undefined) return;
  looked(turn, link, false);
  state.links.delete(id);
  if (link.purpose === 'seed') return lostSeed(turn, link);
  const { address } = link;
  if (address === undefined || state.isLeaving) return;
  if (link.neighbour !== undefined) {
    // One of two links to an older program.
    if (link.neighbour.link !== link) return;
    const other = Array.from(state.links.values()).find((one) => one.neighbour === link.neighbour);
    drop(turn, link.neighbour);
    if (other !== undefined) {
      other.neighbour = undefined;
      return meet(turn, other);
    }
    state.probes.delete(address);
    // It may have fallen: we look at once. Who closes the link again wants no other, so a second time we only look.
    const isSecond = state.redialled.has(address) || state.avoided.has(address);
    state.redialled.add(address);
    if (isSecond) state.avoided.add(address);
    if (isAlive(state.roster.entries.get(address))) dial(turn, address, isSecond ? 'heal' : 'peer');
    return fill(turn);
  }
  if (link.way !== 'out' || link.isOpen) return link.purpose === 'peer' ? fill(turn) : undefined;
  // Nobody answers there.
  state.avoided.add(address);
  if (isAlive(state.roster.entries.get(address)) && !state.neighbours.has(address) && !isHeardByOthers(turn, address)) suspect(turn, address, 'nobody answers there');
  if (link.purpose === 'peer') fill(turn);
}

/** Whether others had an answer of it when we had none: then they are asked again, before it is suspected. */
const isHeardByOthers = (turn: PeerTurn, address: Address): boolean => turn.state.unreachable.has(address) && detectorOf(turn).ask?.(turn, address) === true;

/** Compares with a seed or a neighbour what is known, by chance. */
function compare(turn: PeerTurn): void {
  const { state, context } = turn;
  state.compares += KEEP_UP;
  if (state.compares < context.settings.syncEvery * (state.knowsPart ? ASK_SELDOM : 1)) return;
  state.compares = 0;
  if (state.knowsPart) return askAbout(turn, Array.from(state.links.values()).filter((link) => link.isProven && link.purpose === 'seed'));
  const links = Array.from(state.links.values()).filter((link) => link.isProven && (link.purpose === 'seed' || link.neighbour !== undefined));
  if (links.length > 0) say(turn, [links[draw(turn, 'compare', links.length)]!], { type: 'view', ...checksumOf(state.roster), isAnswer: false });
}

/** Who knows a part alone asks so many times as seldom, as it has much to ask and nothing of that is urgent. */
const ASK_SELDOM = 2;

/** This process stood still: what it holds against others is void, and what they hold against it may be true of a while ago. */
function stalled(turn: PeerTurn): void {
  const { state, context, effects } = turn;
  for (const { address } of state.probes.values()) effects.push({ type: 'cancel-timer', timer: `probe ${address}` });
  state.probes.clear();
  for (const neighbour of state.neighbours.values()) Object.assign(neighbour, { missed: 0, awaited: undefined });
  for (const link of state.linked) link.heardAt = state.ticks;
  for (const [address, entry] of state.roster.entries) if (isAlive(entry) && entry.suspects.has(context.address)) heard(turn, address);
  for (const address of state.unreachable.keys()) forget(turn, address);
  state.beaconAge = 0;
  state.ill = Math.min(3, state.ill + 2);
  if (state.life > 0) refute(turn, context.address);
  for (const seed of state.seeds.values()) {
    const link = seed.link === undefined ? undefined : state.links.get(seed.link);
    if (link?.isReady === true && seed.status === 'registered') say(turn, [link], { type: 'get-peers' });
  }
}

function leave(turn: PeerTurn): void {
  const { state, context, effects } = turn;
  if (state.isLeaving) return;
  state.isLeaving = true;
  if (state.life === 0) return left(turn);
  const body = { address: context.address, life: state.life };
  const statement = { type: 'left', ...body, signature: context.keys.sign('left', bodyOf.left(body)) } as const;
  const seeds = Array.from(state.links.values()).filter((link) => link.purpose === 'seed' && link.isProven);
  say(turn, seeds, { type: 'statements', statements: [statement] });
  spread(turn, [statement]);
  effects.push({ type: 'set-timer', timer: 'leave', after: seeds.length > 0 ? LEAVE_MAX : 1 });
}

/** Milliseconds that a peer waits for a seed to note that it goes. */
const LEAVE_MAX = 1500;

function left(turn: PeerTurn): void {
  const { state } = turn;
  state.hasLeft = true;
  for (const link of Array.from(state.links.values())) hangUp(turn, link);
  output(turn, { type: 'left' });
}
