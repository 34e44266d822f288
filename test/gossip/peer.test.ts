import { expect } from 'chai';
import { seededAt } from '../../src/core/choice.ts';
import { ACCEPTED, type Effect, type Event } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { addressOf } from '../../src/gossip/address.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import { peerMachine } from '../../src/gossip/peer.ts';
import type { PeerState } from '../../src/gossip/peer-state.ts';
import { enter } from '../../src/gossip/roster.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import { addressAt } from '../../src/gossip/sim/nodes.ts';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import type { GossipVocabulary } from '../../src/gossip/vocabulary.ts';

describe('a peer with an older one, where both dialled,', () => {
  const [self, seed, older] = [1, 2, 3].map((n) => addressOf('10.0.0.1', 6000 + n)!);
  const context: GossipContext = { self: nodeId(1), members: [], signer: symbolicSigner(nodeId(1)), choose: seededAt(1, nodeId(1)), address: self!, seeds: [seed!], cluster: 'c', version: '1', settings: LAN, keys: symbolicKeys('k'), nonce: () => 'n', unixTime: () => 1 };
  const [first, second] = [nodeId(ACCEPTED + 1), nodeId(ACCEPTED + 2)];
  let state: PeerState;
  let step: (event: Event<GossipVocabulary>) => readonly Effect<GossipVocabulary>[];

  beforeEach(() => {
    state = peerMachine.begin(context) as PeerState;
    step = (event) => peerMachine.step(context, state, event);
    step({ type: 'start' });
    state.life = 1;
    enter(state.roster, { type: 'member', address: older!, key: '', life: 1, votes: [] });
    for (const peer of [first, second]) {
      step({ type: 'joined', peer });
      const effects = step({ type: 'message', from: peer, message: { type: 'hello', address: older! } });
      // It may take it for a death if one of its links is closed.
      expect(effects.filter(({ type }) => type === 'hang-up')).to.deep.equal([]);
    }
  });

  const gossip = (from: typeof first, hash: string): readonly Effect<GossipVocabulary>[] => step({ type: 'message', from, message: { type: 'gossip', hash, payload: hash } });
  const heard = (effects: readonly Effect<GossipVocabulary>[]): boolean => effects.some((effect) => effect.type === 'output' && effect.output.type === 'heard');

  it('has it as one neighbour, and hears it over both links', () => {
    expect([...state.neighbours.keys()]).to.deep.equal([older]);
    expect([heard(gossip(first, 'a')), heard(gossip(second, 'b'))]).to.deep.equal([true, true]);
  });

  it('keeps it when a seed answers an old report by saying that it lives, as nothing is held against it any more', () => {
    const { link } = state.seeds.get(seed!)!;
    step({ type: 'joined', peer: link! });
    const effects = step({ type: 'message', from: link!, message: { type: 'dead-answer', address: older!, confirmed: false } });
    expect(effects.filter(({ type }) => type === 'output')).to.have.length(1);
    expect([...state.neighbours.keys()]).to.deep.equal([older]);
  });

  it('keeps it when either link is closed, and speaks over the other', () => {
    for (const gone of [first, second]) {
      const other = gone === first ? second : first;
      step({ type: 'gone', peer: gone });
      expect([...state.neighbours.keys()]).to.deep.equal([older]);
      expect(state.linkedIds).to.deep.equal([other]);
      step({ type: 'joined', peer: gone });
      step({ type: 'message', from: gone, message: { type: 'hello', address: older! } });
    }
  });
});

describe('a peer that another dials', () => {
  const [self, seed, member] = [1, 2, 3].map((n) => addressOf('10.0.0.1', 6000 + n)!);
  const context: GossipContext = { self: nodeId(1), members: [], signer: symbolicSigner(nodeId(1)), choose: seededAt(1, nodeId(1)), address: self!, seeds: [seed!], cluster: 'c', version: '1', settings: LAN, keys: symbolicKeys('k'), nonce: () => 'n', unixTime: () => 1 };

  for (const [whose, key, isOne] of [['of the member of its address', 'm', true], ['of somebody else, who took over its address', 'x', false]] as const) {
    it(`has it for ${isOne ? 'a' : 'no'} neighbour by a key ${whose} (memberlist 157, weaviate 5871)`, () => {
      const state = peerMachine.begin(context) as PeerState;
      const step = (event: Event<GossipVocabulary>): void => void peerMachine.step(context, state, event);
      step({ type: 'start' });
      state.life = 1;
      enter(state.roster, { type: 'member', address: member!, key: 'm', life: 1, votes: [] });
      const from = nodeId(ACCEPTED + 1);
      step({ type: 'joined', peer: from });
      step({ type: 'message', from, message: { type: 'hello', address: member!, own: { role: 'peer', version: '1', cluster: 'c', key, visits: false, life: 1, nonce: 'm' } } });
      step({ type: 'message', from, message: { type: 'proof', signature: symbolicKeys(key).sign('hello', { cluster: 'c', asked: 'n', own: 'm', from: member!, to: self! }) } });
      expect(state.links.get(from)!.isProven).to.equal(true);
      expect([...state.neighbours.keys()]).to.deep.equal(isOne ? [member] : []);
    });
  }
});

describe('a peer of which seeds cannot decide in time', () => {
  it('says so, not that it is refused, and is let in when their votes come', () => {
    const [first] = [0, 1, 2].map((id) => addressAt(nodeId(id)));
    const reasons = new Set<string>();
    const world = new GossipWorld({ peers: 1, seeds: 3, seed: 3, settings: LAN, loss: 0, delay: 5, byzantine: 0, kind: undefined }, (_node, output) => {
      if (output.type === 'not-registered' && output.seed === first) reasons.add(output.reason);
    });
    for (const id of [1, 2]) world.rules.slow.set(nodeId(id), 20_000);
    for (const node of world.network.nodes) world.start(node);
    world.network.run(30_000);
    expect(Array.from(reasons)).to.deep.equal(['seeds have not decided yet']);
    world.heal();
    world.network.run(60_000);
    expect((world.node(3).state as PeerState).isReady).to.equal(true);
  });
});
