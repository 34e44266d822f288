import { expect } from 'chai';
import { seededAt } from '../../src/core/choice.ts';
import { ACCEPTED, type Effect, type Event } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { addressOf } from '../../src/gossip/address.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import { seedMachine } from '../../src/gossip/seed.ts';
import type { SeedState } from '../../src/gossip/seed-state.ts';
import { isAlive } from '../../src/gossip/roster.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import type { GossipVocabulary } from '../../src/gossip/vocabulary.ts';

describe('a seed that looks for a member whom others call dead', () => {
  const [own, member, reporter] = [1, 2, 3].map((n) => addressOf('10.0.0.1', 6000 + n)!);
  const context: GossipContext = { self: nodeId(0), members: [], signer: symbolicSigner(nodeId(0)), choose: seededAt(1, nodeId(0)), address: own!, seeds: [own!], cluster: 'c', version: '1', settings: LAN, keys: symbolicKeys('s'), nonce: () => 'n', unixTime: () => 1 };
  let state: SeedState;
  const step = (event: Event<GossipVocabulary>) => seedMachine.step(context, state, event);
  const says = (from: NodeId, message: (Event<GossipVocabulary> & { readonly type: 'message' })['message']) => step({ type: 'message', from, message });
  const isListed = (): boolean => isAlive(state.roster.entries.get(member!));

  /** Over a link that is open now: says that it is the member, and proves that it has a key. */
  function comes(peer: NodeId, key: string, address = member!): void {
    step({ type: 'joined', peer });
    says(peer, { type: 'hello', address, own: { role: 'peer', version: '1', cluster: 'c', key, visits: false, life: 0, nonce: 'm' } });
    says(peer, { type: 'proof', signature: symbolicKeys(key).sign('hello', { cluster: 'c', asked: 'n', own: 'm', from: address, to: '' }) });
    expect(state.links.get(peer)?.isProven ?? true).to.equal(true);
  }

  beforeEach(() => {
    state = seedMachine.recover!(context, [{ type: 'member', address: member!, key: 'k', life: 1, votes: [] }]) as SeedState;
    step({ type: 'start' });
    step({ type: 'joined', peer: nodeId(ACCEPTED + 1) });
    says(nodeId(ACCEPTED + 1), { type: 'dead-report', address: member!, at: '1', reporter: reporter! });
    expect([...state.inquiries.keys()]).to.deep.equal([member]);
  });

  const nobodyAnswers = (address = member!) => Array.from({ length: 20 }, () => [step({ type: 'timeout', timer: `inquiry ${address}` }), step({ type: 'timeout', timer: `last ${address}` })]).flat(2);

  it('removes it if nobody answers', () => {
    nobodyAnswers();
    expect(isListed()).to.equal(false);
  });

  it('counts who reported it, each once and each link once, and needs no more than one', () => {
    const [other, liar] = [nodeId(ACCEPTED + 2), nodeId(ACCEPTED + 3)];
    for (const peer of [other, liar]) step({ type: 'joined', peer });
    for (const [from, names] of [[other, [reporter!]], [liar, ['10.9.9.1', '10.9.9.2', '10.9.9.3']]] as const) for (const name of names) says(from, { type: 'dead-report', address: member!, at: '2', reporter: name });
    const effects = Array.from({ length: 3 }, () => step({ type: 'timeout', timer: `inquiry ${member!}` })).flat();
    const decided = effects.flatMap((effect) => (effect.type === 'output' && effect.output.type === 'decided' ? [effect.output] : []));
    expect(decided).to.deep.equal([{ type: 'decided', about: 'removal', address: member, ok: true, votes: 1, seeds: 1, reporters: 2 }]);
  });

  it('says to who asks to be let in that it did not reach it, or that there is no decision yet, and refuses who asks in the name of another', () => {
    const peer = nodeId(ACCEPTED + 2);
    comes(peer, 'r', reporter!);
    const answers = (effects: readonly Effect<GossipVocabulary>[]) => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'registered' ? [effect.message] : []));
    says(peer, { type: 'register', address: reporter! });
    expect(answers(nobodyAnswers(reporter!))).to.deep.equal([{ type: 'registered', ok: false, why: 'unreached' }]);
    says(peer, { type: 'register', address: reporter! });
    expect(answers(step({ type: 'timeout', timer: `admission ${reporter!}` }))).to.deep.equal([{ type: 'registered', ok: false, why: 'undecided' }]);
    expect(answers(says(peer, { type: 'register', address: member! }))).to.deep.equal([{ type: 'registered', ok: false }]);
  });

  it('keeps it if it comes meanwhile, whatever its look comes to', () => {
    comes(nodeId(ACCEPTED + 2), 'k');
    expect(state.inquiries.size).to.equal(0);
    nobodyAnswers();
    expect(isListed()).to.equal(true);
  });

  it('is not misled by one that comes in its name with another key', () => {
    comes(nodeId(ACCEPTED + 2), 'another');
    expect([...state.inquiries.keys()]).to.deep.equal([member]);
    nobodyAnswers();
    expect(isListed()).to.equal(false);
  });

  it('removes it though somebody else listens at its address by now (memberlist 157, weaviate 5871)', () => {
    const [look] = state.inquiries.get(member!)!.links;
    comes(look!, 'another');
    expect(isListed()).to.equal(false);
  });

  it('keeps it where it answers itself', () => {
    const [look] = state.inquiries.get(member!)!.links;
    comes(look!, 'k');
    expect(state.inquiries.size).to.equal(0);
    nobodyAnswers();
    expect(isListed()).to.equal(true);
  });

  it('votes for others by what it saw a moment ago, but looks again where that was long ago: it may have been cut off then', () => {
    const others = { ...context, seeds: [own!, reporter!, addressOf('10.0.0.1', 6004)!] };
    const reported = () => {
      state = seedMachine.recover!(others, [{ type: 'member', address: member!, key: 'k', life: 1, votes: [] }]) as SeedState;
      const told = (event: Event<GossipVocabulary>) => seedMachine.step(others, state, event);
      told({ type: 'start' });
      told({ type: 'joined', peer: nodeId(ACCEPTED + 1) });
      told({ type: 'message', from: nodeId(ACCEPTED + 1), message: { type: 'dead-report', address: member!, at: '1', reporter: reporter! } });
      for (let time = 0; time < 20; time += 1) told({ type: 'timeout', timer: `inquiry ${member!}` });
      return told;
    };
    for (const isLongAgo of [false, true]) {
      const told = reported();
      expect(state.removals.get(member!)!.votes!.size, 'it alone is no quorum').to.equal(1);
      if (isLongAgo) told({ type: 'timeout', timer: `looked ${member!}` });
      const effects = told({ type: 'message', from: nodeId(ACCEPTED + 1), message: { type: 'dead-propose', address: member!, life: 1 } });
      expect(effects.some((effect) => effect.type === 'send' && effect.message.type === 'dead-vote')).to.equal(!isLongAgo);
      expect(state.inquiries.has(member!)).to.equal(isLongAgo);
    }
  });
});
