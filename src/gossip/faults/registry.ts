import type { Effect, Event, Machine } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { addressOf, type Address } from '../address.ts';
import type { GossipContext } from '../context.ts';
import type { LinksState } from '../links.ts';
import type { Message } from '../messages.ts';
import { peerMachine } from '../peer.ts';
import type { PeerState } from '../peer-state.ts';
import { isAlive, voteFor, type Roster } from '../roster.ts';
import { seedMachine } from '../seed.ts';
import type { SeedState } from '../seed-state.ts';
import { bodyOf, type Dead, type Member, type Suspect } from '../statements.ts';
import type { GossipVocabulary } from '../vocabulary.ts';

/**
 * Ways of being a Byzantine peer or seed: a loyal machine, but for what it says, and what it says besides. It has its own key alone, and
 * where it listens nobody else does; so it neither forges a signature nor answers in another's place.
 */
export interface GossipFault {
  readonly name: string;
  /** One line for people who choose. */
  readonly summary: string;
  readonly role: 'peer' | 'seed';
  readonly machine: Machine<GossipVocabulary, unknown, GossipContext>;
}

type Effects = Effect<GossipVocabulary>[];

interface Deed<State> {
  readonly context: GossipContext;
  readonly state: State & Treason;
  readonly effects: Effects;
}

/** What only a traitor remembers, beside the loyal state. */
interface Treason extends LinksState {
  readonly roster: Roster;
  treason?: { turns: number; readonly past: Message[]; readonly victims: Address[] };
}

interface Ways<State> {
  /** What it says instead. */
  says?(deed: Deed<State>, to: readonly NodeId[], message: Message): Effects;
  /** What it does besides, every so often. */
  acts?(deed: Deed<State>): void;
  /** Milliseconds between two deeds. */
  readonly every?: number;
}

/** A loyal machine but for that. */
function traitor<State extends LinksState & { readonly roster: Roster }>(honest: Machine<GossipVocabulary, State, GossipContext>, ways: Ways<State>): Machine<GossipVocabulary, State, GossipContext> {
  const every = ways.every ?? 1000;
  return {
    ...honest,
    step(context, state: State & Treason, event: Event<GossipVocabulary>) {
      const treason = (state.treason ??= { turns: 0, past: [], victims: [] });
      const deed: Deed<State> = { context, state, effects: [] };
      if (event.type === 'message') remember(treason.past, event.message);
      if (event.type === 'start') deed.effects.push({ type: 'set-timer', timer: TIMER, after: every });
      if (event.type === 'timeout' && event.timer === TIMER) {
        treason.turns += 1;
        ways.acts?.(deed);
        deed.effects.push({ type: 'set-timer', timer: TIMER, after: every });
        return deed.effects;
      }
      for (const effect of honest.step(context, state, event)) {
        if (effect.type === 'send' && ways.says !== undefined) deed.effects.push(...ways.says(deed, effect.to, effect.message));
        else deed.effects.push(effect);
      }
      return deed.effects;
    },
  };
}

const TIMER = 'treason';
const PAST = 64;

function remember(past: Message[], message: Message): void {
  past.push(message);
  if (past.length > PAST) past.shift();
}

const send = (to: readonly NodeId[], message: Message): Effects => (to.length === 0 ? [] : [{ type: 'send', to, message }]);

/** Links on which it is known who is there. */
const readyLinks = ({ state }: Deed<LinksState>, purpose?: string): NodeId[] => Array.from(state.links.values()).filter((link) => link.isReady && (purpose === undefined || link.purpose === purpose)).map(({ id }) => id);

const others = ({ context, state }: Deed<unknown>): Address[] => Array.from(state.roster.entries).flatMap(([address, entry]) => (address !== context.address && isAlive(entry) ? [address] : []));

/** Somebody who lives, another each time. */
function victimOf(deed: Deed<unknown>): Address | undefined {
  const all = others(deed);
  return all[deed.state.treason!.turns % Math.max(1, all.length)];
}

/** An address at which nobody listens. */
const invented = ({ state, context }: Deed<unknown>, index: number): Address => addressOf(`10.66.${context.self % 256}.${(state.treason!.turns * 7 + index) % 250}`, 6000 + index)!;

const forgeDeath: Ways<PeerState> = {
  acts(deed) {
    const { context, state, effects } = deed;
    const victim = victimOf(deed);
    const entry = victim === undefined ? undefined : state.roster.entries.get(victim);
    if (victim === undefined || entry === undefined) return;
    const { life } = entry.member;
    const body = { address: victim, life, incarnation: entry.incarnation, by: context.address };
    const suspect: Suspect = { type: 'suspect', ...body, signature: context.keys.sign('suspect', bodyOf.suspect(body)) };
    // Votes in the names of all seeds, by the only key that it has.
    const dead: Dead = { type: 'dead', address: victim, life, votes: context.seeds.map((seed) => ({ seed, signature: voteFor(context, { type: 'dead', address: victim, life }).signature })) };
    const at = String(context.unixTime());
    effects.push(
      ...send(readyLinks(deed, 'seed'), { type: 'dead-report', address: victim, at, reporter: context.address }),
      ...send(readyLinks(deed, 'seed'), { type: 'dead-propose', address: victim, life }),
      ...send(readyLinks(deed, 'seed'), { type: 'dead-commit', address: victim, statement: dead }),
      ...send(state.linkedIds, { type: 'statements', statements: [suspect, dead] }),
      ...send(state.linkedIds, { type: 'suspect-notice', address: victim, by: context.address }),
      ...send(state.linkedIds, { type: 'dead-answer', address: victim, confirmed: true }),
    );
  },
};

const silent: Ways<PeerState> = {
  says: (_deed, to, message) => (['hello', 'proof', 'register', 'get-peers'].includes(message.type) ? send(to, message) : []),
};

const lyingList: Ways<SeedState> = {
  says(deed, to, message) {
    if (message.type === 'peer-list') return send(to, { type: 'peer-list', peers: Array.from({ length: 5 }, (_, i) => ({ address: invented(deed, i), degree: 1 })) });
    if (message.type !== 'statements') return send(to, message);
    // Members that nobody let in, and none of those that are.
    const statements = Array.from({ length: 5 }, (_, i): Member => {
      const body = { type: 'member', address: invented(deed, i), key: 'nobody', life: 1 } as const;
      return { ...body, votes: deed.context.seeds.map((seed) => ({ seed, signature: voteFor(deed.context, body).signature })) };
    });
    return send(to, { type: 'statements', statements });
  },
};

const sybil: Ways<PeerState> = {
  acts(deed) {
    const seeds = readyLinks(deed, 'seed');
    for (let i = 0; i < 5; i += 1) deed.effects.push(...send(seeds, { type: 'register', address: invented(deed, i) }));
    // And hellos in their names, over links of its own.
    for (const [address] of Array.from(deed.state.neighbours).slice(0, 2)) {
      deed.state.dialled += 1;
      const peer = nodeId(deed.state.dialled);
      deed.effects.push({ type: 'dial', peer, address }, ...send([peer], { type: 'hello', address: invented(deed, 9) }));
    }
  },
};

const twoFacedSeed: Ways<SeedState> = {
  says(_deed, to, message) {
    // Each vote is yes to some, and no to the others.
    if (message.type === 'join-vote' || message.type === 'dead-vote') {
      return to.flatMap((id) => send([id], id % 2 === 0 ? message : { ...message, ok: !message.ok, signature: message.signature ?? 'none' }));
    }
    return send(to, message);
  },
  acts(deed) {
    const { context, state, effects } = deed;
    const victim = victimOf(deed);
    const life = victim === undefined ? undefined : state.roster.entries.get(victim)?.member.life;
    if (victim === undefined || life === undefined) return;
    const dead: Dead = { type: 'dead', address: victim, life, votes: [voteFor(context, { type: 'dead', address: victim, life })] };
    const half = readyLinks(deed).filter((id) => id % 2 === 0);
    effects.push(...send(half, { type: 'statements', statements: [dead] }), ...send(readyLinks(deed, 'seed'), { type: 'dead-propose', address: victim, life }), ...send(half, { type: 'dead-commit', address: victim, statement: dead }), ...send(half, { type: 'dead-answer', address: victim, confirmed: true }));
  },
};

const replay: Ways<PeerState> = {
  acts(deed) {
    const { past, turns } = deed.state.treason!;
    for (let i = 0; i < 5 && past.length > 0; i += 1) deed.effects.push(...send(readyLinks(deed), past[(turns * 13 + i * 7) % past.length]!));
  },
};

const flood: Ways<PeerState> = {
  every: 100,
  acts(deed) {
    const { context, state, effects } = deed;
    for (let i = 0; i < 20; i += 1) {
      const payload = `${context.unixTime()}:flood:${state.treason!.turns * 20 + i}`;
      effects.push(...send(state.linkedIds, { type: 'gossip', hash: context.keys.hash(payload), payload }));
    }
    effects.push(...send(readyLinks(deed, 'seed'), { type: 'get-peers' }), ...send(state.linkedIds, { type: 'ping', at: context.unixTime() }));
  },
};

export const GOSSIP_FAULTS: readonly GossipFault[] = [
  { name: 'forge-death', summary: 'says of peers that live that they are dead, to seeds and peers, with votes that nobody gave', role: 'peer', machine: traitor(peerMachine, forgeDeath) },
  { name: 'silent', summary: 'joins, and then says nothing', role: 'peer', machine: traitor(peerMachine, silent) },
  { name: 'sybil', summary: 'registers peers that it invents, and says hello in their names', role: 'peer', machine: traitor(peerMachine, sybil) },
  { name: 'replay', summary: 'says again what it heard, to whomever', role: 'peer', machine: traitor(peerMachine, replay) },
  { name: 'flood', summary: 'gossips and asks without end', role: 'peer', machine: traitor(peerMachine, flood) },
  { name: 'lying-list', summary: 'lists peers that it invents, and none that are there', role: 'seed', machine: traitor(seedMachine, lyingList) },
  { name: 'two-faced-seed', summary: 'votes yes to some and no to others, and tells half of all that peers are dead which live', role: 'seed', machine: traitor(seedMachine, twoFacedSeed) },
];
