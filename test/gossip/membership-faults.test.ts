import { expect } from 'chai';
import fc from 'fast-check';
import type { Effect } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { seededAt } from '../../src/core/choice.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { addressOf, type Address } from '../../src/gossip/address.ts';
import { DETECTORS } from '../../src/gossip/detectors/registry.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import type { Message } from '../../src/gossip/messages.ts';
import { believe } from '../../src/gossip/news.ts';
import type { Output } from '../../src/gossip/outputs.ts';
import { peerMachine } from '../../src/gossip/peer.ts';
import type { PeerState, PeerTurn } from '../../src/gossip/peer-state.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import { addressAt } from '../../src/gossip/sim/nodes.ts';
import { tableOf } from '../../src/gossip/table.ts';
import { parseScript, runScript, type ScriptOutcome, type ScriptSpec } from '../../src/gossip/sim/script.ts';
import { GossipWorld } from '../../src/gossip/sim/world.ts';
import { bodyOf, type Statement } from '../../src/gossip/statements.ts';
import type { GossipVocabulary } from '../../src/gossip/vocabulary.ts';

/**
 * What users of such networks were hurt by, each in virtual time, under the name of what a person would see. In brackets are the threads
 * of other projects where that is told.
 */
describe('a gossip network, where others were hurt:', () => {
  const isSoak = process.env['SOAK'] === '1';

  interface Ran extends ScriptOutcome {
    readonly log: readonly { readonly at: number; readonly name: string; readonly output: Output }[];
    /** The live table, whenever somebody asked why. */
    readonly tables: readonly (readonly string[])[];
  }

  function ran(peers: number, faults: string, spec: Partial<ScriptSpec> = {}): Ran {
    const log: { readonly at: number; readonly name: string; readonly output: Output }[] = [];
    const tables: string[][] = [];
    const outcome = runScript(
      { peers, seeds: 3, seed: 1, settings: { ...LAN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined, script: parseScript(faults), ...spec },
      (at, name, output) => void log.push({ at, name, output }),
      (now, _name, view) => void tables.push(tableOf(view, { columns: 200, rows: 40, now, quorum: 2, detector: 'swim', viewMax: LAN.viewMax }).map((line) => line.map(({ text }) => text).join('').trimEnd())),
    );
    return { ...outcome, log, tables };
  }

  /** A network that is begun. */
  function worldOf(peers: number): GossipWorld {
    const world = new GossipWorld({ peers, seeds: 3, seed: 1, settings: { ...LAN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined });
    for (const node of world.network.nodes) world.start(node);
    return world;
  }

  for (const seconds of [3, 20, 120]) {
    it(`a sleeper accuses nobody, and is back within 5 s, having slept for ${seconds} s (akka-core 30335, consul 17403)`, () => {
      const { violation, removals, falseRemovals, log } = ran(8, `10s stop 3; ${10 + seconds}s continue 3`);
      expect(violation).to.equal(undefined);
      // Who stands still for two minutes is taken for dead; nobody else is.
      expect(removals).to.equal(seconds === 120 ? 1 : 0);
      expect(falseRemovals).to.equal(removals);
      const back = log.filter(({ at, name, output }) => at > (10 + seconds) * 1000 && name === 'P1' && output.type === 'member' && output.state === 'alive').at(0);
      if (seconds === 120) expect(back!.at).to.be.at.most((10 + seconds + 5) * 1000);
      expect(log.filter(({ name, output }) => name === 'P3' && output.type === 'reported')).to.deep.equal([]);
    });
  }

  it('a sleeper that was about to accuse somebody does not, as what came meanwhile says that it lives (cassandra 477)', () => {
    // The fourth says nothing for so long that the third has asked others about it, and falls asleep before they could answer.
    const suspecting = (faults: string): number[] => ran(8, faults).log.flatMap(({ at, name, output }) => (name === 'P3' && output.type === 'suspecting' ? [at] : []));
    const [at] = suspecting('4s stop 4; 20s continue 4');
    expect(at).to.be.within(8200, 8700);
    expect(suspecting('4s stop 4; 8.2s stop 3; 8.25s continue 4; 12s continue 3')).to.deep.equal([]);
  });

  it('a sleeper takes itself for ill, and for well again once it hears everybody', () => {
    const world = worldOf(8);
    const node = world.node(5);
    const illness = (): number => (node.state as PeerState).ill;
    world.network.run(10_000);
    world.pause(node);
    world.network.run(14_000);
    world.resume(node);
    world.network.run(14_001);
    expect(illness()).to.equal(2);
    world.network.run(30_000);
    expect(illness()).to.equal(0);
  });

  it('one peer that is slow for five minutes has nobody removed, and is not removed (consul 1212, alertmanager 1909)', () => {
    const { violation, removals, log } = ran(30, '10s slow 5 600ms; 310s heal');
    expect([violation, removals]).to.deep.equal([undefined, 0]);
    // Its answers come after the time for them, and others are asked.
    expect(log.filter(({ output }) => output.type === 'suspecting')).to.deep.equal([]);
  });

  for (const sides of ['1-10 S1 S2 S3 | 11-20', '1 S1 S2 | 2-20 S3', '1-10 S1 | 11-20 S2 S3']) {
    it(`a partition that outlives removals heals by itself: ${sides} for ten minutes (memberlist 222, actor-ts 930)`, () => {
      const { violation, view, time } = ran(20, `10s partition ${sides}; 610s heal`);
      expect(violation).to.equal(undefined);
      expect(view.views()).to.have.length(1);
      // Within 20 s, and then all was well for 5 s.
      expect(time).to.be.at.most(610_000 + 25_500);
    });
  }

  it('seeds that were apart while peers registered have one list soon (actor-ts 1176, akka.net 1359)', () => {
    const { violation, view, time } = ran(5, '0.001s partition S1 | S2 S3; 5s join 5; 15s heal');
    expect([violation, view.views().length]).to.deep.equal([undefined, 1]);
    expect(time).to.be.at.most(15_000 + 10_000 + 5500);
  });

  it('peers that are there first, and seeds that come one by one, are one network with equal lists (actor-ts 1176, scylla-operator 1349)', () => {
    const { violation, view, time, log } = ran(5, '0.001s kill S1,S2,S3; 0.002s restart S1; 5s restart S2; 20s restart S3');
    expect([violation, view.views().length]).to.deep.equal([undefined, 1]);
    expect(time).to.be.at.most(20_000 + 10_000 + 5500);
    const ready = log.filter(({ output }) => output.type === 'ready').map(({ at }) => at);
    expect(ready).to.have.length(5);
    expect(Math.min(...ready)).to.be.at.least(5000);
    expect(Math.max(...ready)).to.be.at.most(7000);
    // Each seed has let in each of them, or was told of it.
    for (const name of ['S1', 'S2', 'S3']) expect(new Set(log.flatMap((one) => (one.name === name && one.output.type === 'applied' ? [one.output.address] : []))).size, name).to.equal(5);
  });

  it('a peer that is killed and restarted at the same address twenty times is one member, and alive (swim-js 10, scalecube 132, chitchat 161)', () => {
    const faults = Array.from({ length: 20 }, (_, i) => `${(10 + i * 3.7).toFixed(1)}s kill 3; ${(10 + i * 3.7 + 0.1 + (i % 7) / 3).toFixed(1)}s restart 3`).join('; ');
    const { violation, falseRemovals, view } = ran(8, faults);
    expect([violation, falseRemovals]).to.deep.equal([undefined, 0]);
    expect(view.views().map(({ members }) => members.length)).to.deep.equal([8]);
  });

  for (const [about, peers, faults] of [
    ['of two peers', 2, '10s kill 2'],
    ['of a peer with few neighbours', 5, '10s kill 5'],
    ['of half of all at once', 20, '10s kill 1-10'],
    ['of all but one', 8, '10s kill 2-8'],
    ['where clocks are ten minutes apart', 8, '1s clock 1-4 +10m; 1s clock 5-8 -10m; 10s kill 3'],
  ] as const) {
    it(`every death is agreed on, ${about} (orleans 4847, 9302)`, () => {
      const { violation, falseRemovals, log } = ran(peers, faults);
      expect([violation, falseRemovals]).to.deep.equal([undefined, 0]);
      // Seeds would look at everybody in turn, which takes longer than peers that notice.
      const removed = log.flatMap(({ at, output }) => (output.type === 'applied' && output.about === 'removal' ? [at] : []));
      expect(Math.max(...removed)).to.be.at.most(10_000 + 5000);
    });
  }

  it('every death is agreed on, where nobody has more than two neighbours, so that they are a path (orleans 7505, 9307)', () => {
    const { violation, removals, falseRemovals, log } = ran(8, '10s kill 3; 30s kill 6', { settings: { ...LAN, gossipMessages: 0, degreeMax: 2 } });
    expect([violation, removals, falseRemovals]).to.deep.equal([undefined, 2, 0]);
    const removed = log.flatMap(({ at, output }) => (output.type === 'applied' && output.about === 'removal' ? [at] : []));
    expect(removed.filter((at) => at < 22_000)).to.have.length(3);
    expect(removed.filter((at) => at > 30_000 && at < 42_000)).to.have.length(3);
  });

  const rowOf = (table: readonly string[] | undefined, name: string): string => table!.find((line) => line.startsWith(`${name} `))!;

  it('a link that is cut in one way has nobody removed or suspected, as others hear both; the table says so (corosync 750, cockroach 84289)', () => {
    const { violation, removals, log, tables } = ran(8, '10s cut 3→4; 60s why 3; 100s heal; 115s why 3');
    expect([violation, removals]).to.deep.equal([undefined, 0]);
    expect(log.filter(({ output }) => output.type === 'suspecting')).to.deep.equal([]);
    const [during, after] = tables;
    expect(during![0]).to.match(/^7 alive, 1 unreachable {3}/);
    expect(rowOf(during, 'P3')).to.match(/^P3 {4}◌ unreachable .* {2}unreachable from P4 \(one-way\)$/);
    expect(rowOf(during, 'P4')).not.to.include('unreachable');
    expect(after!.join('\n')).not.to.include('unreachable');
  });

  for (const [detector, name] of DETECTORS.map((one, index) => [index, one.name] as const)) {
    it(`who hears nothing of a peer that others hear is shown, and suspects it seldom, by ${name} (scylladb 565)`, () => {
      // No link between both can be opened, as each needs both ways.
      const { violation, removals, log, tables } = ran(8, '10s cut 5→6; 10s cut 6→5; 310s why 5; 400s heal; 430s why 5', { settings: { ...LAN, gossipMessages: 0, detector } });
      expect([violation, removals]).to.deep.equal([undefined, 0]);
      expect(rowOf(tables[0], 'P5')).to.match(/ {2}unreachable from P6$/);
      expect(rowOf(tables[0], 'P6')).to.match(/ {2}unreachable from P5$/);
      expect(tables[1]!.join('\n')).not.to.include('unreachable');
      // In five minutes; each time others heard that it is suspected, and that it lives.
      expect(log.filter(({ output }) => output.type === 'suspecting').length).to.be.at.most(60);
    });
  }

  it('halves that hear each other only by one peer and the seeds have nobody removed (corosync 750)', () => {
    const { violation, removals, tables } = ran(9, '10s partition 1-4 | 6-9; 90s why 1; 100s heal; 115s why 1');
    expect([violation, removals]).to.deep.equal([undefined, 0]);
    for (const name of ['P1', 'P2', 'P3', 'P4', 'P6', 'P7', 'P8', 'P9']) expect(rowOf(tables[0], name)).to.include('  unreachable from P');
    expect(rowOf(tables[0], 'P5')).not.to.include('unreachable');
    expect(tables[1]!.join('\n')).not.to.include('unreachable');
  });

  it('who hears nobody any more is removed, as nobody can have an answer of it (cockroach 84289)', () => {
    const others = ['S1', 'S2', 'S3', '1', '2', '3', '4', '5', '6', '7'];
    const { log } = ran(8, `${others.map((one) => `10s cut ${one}→8`).join('; ')}; 60s say hello`);
    expect([...new Set(log.flatMap(({ output }) => (output.type === 'applied' && output.about === 'removal' ? [output.address] : [])))]).to.deep.equal([addressAt(nodeId(10))]);
  });

  it('peers that are there long before any seed are ready within 2 s of a quorum of them (consul 7750, serf 333)', () => {
    const { violation, log } = ran(4, '0.001s kill S1,S2,S3; 30s restart S1,S2');
    const ready = log.filter(({ output }) => output.type === 'ready').map(({ at }) => at);
    expect([violation, ready.length]).to.deep.equal([undefined, 4]);
    expect(Math.min(...ready)).to.be.at.least(30_000);
    expect(Math.max(...ready)).to.be.at.most(32_000);
  });

  it('who leaves where all seeds stand still goes within 2 s all the same (serf 638)', () => {
    const { violation, log } = ran(4, '10s stop S1,S2,S3; 11s leave 3; 15s continue S1,S2,S3');
    const left = log.filter(({ name, output }) => name === 'P3' && output.type === 'left').map(({ at }) => at);
    expect([violation, left.length]).to.deep.equal([undefined, 1]);
    expect(left[0]).to.be.within(11_000, 13_000);
  });

  it('who leaves is left everywhere within 1 s, and never dead (serf 638, consul 8435)', () => {
    const { violation, removals, log } = ran(8, '10s leave 3; 12s leave 4,5');
    expect([violation, removals]).to.deep.equal([undefined, 0]);
    const left = log.filter(({ output }) => output.type === 'member' && output.state === 'left');
    expect(left.filter(({ at }) => at < 11_000)).to.have.length(7);
    expect(log.some(({ output }) => output.type === 'member' && output.state === 'dead')).to.equal(false);
  });

  describe('a command', () => {
    /** A peer among others, and what it does in the very step in which it is told something. */
    const told = (input: GossipVocabulary['input']): readonly Effect<GossipVocabulary>[] => {
      const world = worldOf(4);
      world.network.run(5000);
      const { context, state } = world.node(3);
      return peerMachine.step(context as GossipContext, state as PeerState, { type: 'input', input });
    };
    const sent = (effects: readonly Effect<GossipVocabulary>[], type: Message['type']): number => effects.reduce((sum, effect) => sum + (effect.type === 'send' && effect.message.type === type ? effect.to.length : 0), 0);

    it('waits for nothing inside a node: in one step all neighbours are told what is said, and that somebody goes (cassandra 4713, serf 831)', () => {
      expect(sent(told({ type: 'say', text: 'hello' }), 'gossip')).to.equal(3);
      // All neighbours, and two seeds.
      expect(sent(told({ type: 'leave' }), 'statements')).to.equal(5);
      expect(told({ type: 'dial', address: addressAt(nodeId(9)) }).map(({ type }) => type)).to.deep.equal(['dial']);
    });
  });

  for (const peers of [1, 2, 127, 128, ...(isSoak ? [126, 129] : [])]) {
    it(`a size of ${peers} is no cliff (cortex 4326, libnetwork 2247)`, () => {
      const { violation, view } = ran(peers, '10s say hello');
      expect(violation).to.equal(undefined);
      expect(view.views().map(({ members }) => members.length)).to.deep.equal([peers]);
    });
  }

  // So many a peer keeps in mind. What it does then is the same for less.
  const viewMax = isSoak ? LAN.viewMax : 64;
  for (const peers of [viewMax, viewMax + 1, ...(isSoak ? [viewMax - 1, 1000, 1500] : [])]) {
    it(`a size of ${peers}, by which peers begin to know a part, is no cliff`, () => {
      const { violation, view } = ran(peers, '10s say hello', { settings: { ...LAN, gossipMessages: 0, viewMax } });
      expect(violation).to.equal(undefined);
      const sizes = view.views().map(({ members }) => members.length);
      expect(Math.min(...sizes)).to.be.within(viewMax - 1, peers);
      if (peers <= viewMax) expect(sizes).to.deep.equal([peers]);
    });
  }

  // As 1,500 are to so many as one keeps in mind, for a small part of the work.
  it('a size of 188 is no cliff where each peer knows 32', () => {
    const { violation, view } = ran(188, '10s say hello', { settings: { ...LAN, gossipMessages: 0, viewMax: 32 } });
    expect(violation).to.equal(undefined);
    const sizes = view.views().map(({ members }) => members.length);
    expect(Math.min(...sizes)).to.be.at.least(31);
    expect(Math.max(...sizes)).to.be.at.most(60);
  });

  it('clocks that are hours wrong change nothing that happens (patchwork 839, solana 14393)', () => {
    const told = (faults: string): unknown => ran(8, `${faults}10s kill 3; 30s leave 4`).log.filter(({ output }) => !['generated', 'heard', 'reported', 'accused', 'clock'].includes(output.type));
    expect(told('1s clock 1-4 +1h; 1s clock S1 -1h; ')).to.deep.equal(told(''));
  });

  describe('a clock that is wrong', () => {
    const clocks = (faults: string, spec: Partial<ScriptSpec> = {}): string[] =>
      ran(8, faults, spec).log.flatMap(({ at, name, output }) => (output.type === 'clock' ? [`${Math.floor(at / 1000)} ${name} ${output.ahead}`] : []));

    it('is told of to whose it is, within a minute, and again when it is right (patchwork 839, hub-monorepo 2119)', () => {
      const told = clocks('5s clock 3 +1h; 5s clock 4 -3s; 65s heal; 125s say done');
      const until = (from: number, to: number): string[] => told.filter((line) => Number(line.split(' ')[0]) >= from && Number(line.split(' ')[0]) < to).map((line) => line.replace(/^\d+ /, ''));
      expect([...new Set(until(0, 65))]).to.have.members(['P3 3600', 'P4 -3']);
      expect([...new Set(until(65, 125))]).to.have.members(['P3 0', 'P4 0']);
    });

    it('is told of to seeds, which compare theirs', () => {
      expect([...new Set(clocks('5s clock S1 -1h; 65s say done').filter((line) => line.includes(' S')).map((line) => line.replace(/^\d+ /, '')))]).to.have.members(['S1 -3600', 'S2 3600', 'S3 3600']);
    });

    it('by less than two seconds is told to nobody, nor is who is slow, lossy or stands still', () => {
      expect(clocks('5s clock 3 +1900ms; 5s clock 4 -1900ms; 65s heal')).to.deep.equal([]);
      expect(clocks('5s slow 3 1500ms; 5s slow S1 900ms; 65s heal')).to.deep.equal([]);
      for (const detector of [0, 1, 2]) expect(clocks('5s loss 30%; 20s stop 3; 40s continue 3; 50s stop S1 12s; 90s heal', { settings: { ...LAN, gossipMessages: 0, detector } }), String(detector)).to.deep.equal([]);
    });
  });

  describe('of what peers hear of each other', () => {
    const [self, seed, subject, accuser] = [1, 2, 3, 4].map((n) => addressOf('10.0.0.1', 6000 + n)!) as [Address, Address, Address, Address];
    const keys = (who: Address): ReturnType<typeof symbolicKeys> => symbolicKeys(who);
    const context: GossipContext = { self: nodeId(1), members: [], signer: symbolicSigner(nodeId(1)), choose: seededAt(1, nodeId(1)), address: self, seeds: [seed], cluster: 'c', version: '1', settings: LAN, keys: keys(self), nonce: () => 'n', unixTime: () => 0 };
    const vote = (type: 'member' | 'dead', body: object): { readonly seed: Address; readonly signature: string } => ({ seed, signature: keys(seed).sign(type, body) });
    const member = (address: Address, life: number): Statement => {
      const body = { address, key: address as string, life };
      return { type: 'member', ...body, votes: [vote('member', bodyOf.member(body))] };
    };
    const suspect = (life: number, incarnation: number, key = keys(accuser)): Statement => {
      const body = { address: subject, life, incarnation, by: accuser };
      return { type: 'suspect', ...body, signature: key.sign('suspect', bodyOf.suspect(body)) };
    };
    const alive = (life: number, incarnation: number, key = keys(subject)): Statement => {
      const body = { address: subject, life, incarnation };
      return { type: 'alive', ...body, signature: key.sign('alive', bodyOf.alive(body)) };
    };
    const ended = (type: 'dead' | 'left', life: number, key = keys(subject)): Statement =>
      type === 'dead' ? { type, address: subject, life, votes: [vote('dead', bodyOf.dead({ address: subject, life }))] } : { type, address: subject, life, signature: key.sign('left', bodyOf.left({ address: subject, life })) };

    /** What a peer knows of the subject that heard these statements, in this order. */
    function known(statements: readonly Statement[]): unknown {
      const state = peerMachine.begin(context) as PeerState;
      state.life = 1;
      state.seeds.get(seed)!.key = keys(seed).own;
      const turn: PeerTurn = { context, state, effects: [] };
      for (const statement of [member(accuser, 1), ...statements]) believe(turn, statement);
      const { member: is, incarnation, end, suspects } = state.roster.entries.get(subject) ?? {};
      return { life: is?.life, incarnation, end: end?.type, suspects: suspects === undefined ? undefined : [...suspects.keys()] };
    }

    it('the same statements come to the same, in whatever order and how often, once all have come (actor-ts 935, ringpop-node 15)', () => {
      const all = [member(subject, 1), alive(1, 1), alive(1, 2), suspect(1, 0), suspect(1, 1), ended('dead', 1), member(subject, 2), alive(2, 3), suspect(2, 3)];
      // What comes too early is not kept: it comes again when views are compared.
      const thrice = (list: readonly Statement[]): Statement[] => [...list, ...list, ...list];
      const right = known(thrice(all));
      expect(right).to.deep.equal({ life: 2, incarnation: 3, end: undefined, suspects: [accuser] });
      fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), (order) => void expect(known(thrice(order))).to.deep.equal(right)));
    });

    it('news about an earlier life never touch a later one, nor bring a life back that is over (foca 31, chitchat 23, scylladb 14991)', () => {
      const now = known([member(subject, 2)]);
      for (const late of [suspect(1, 0), ended('dead', 1), ended('left', 1), alive(1, 9), member(subject, 1)]) expect(known([member(subject, 2), late])).to.deep.equal(now);
      const over = known([member(subject, 1), ended('dead', 1)]);
      for (const late of [alive(1, 5), member(subject, 1), suspect(1, 0)]) expect(known([member(subject, 1), ended('dead', 1), late])).to.deep.equal(over);
    });

    it('incarnations that nobody counted to are dropped, and their subject stays (scylladb 5164, memberlist 358)', () => {
      const now = known([member(subject, 1)]);
      for (const incarnation of [2 ** 53 - 1, 2 ** 31 - 1, 1, -1, 1.5]) expect(known([member(subject, 1), suspect(1, incarnation)]), String(incarnation)).to.deep.equal(now);
    });

    it('only the subject’s own key ends it or moves it (memberlist-rs 200, memberlist 370)', () => {
      const now = known([member(subject, 1)]);
      const forger = keys(accuser);
      for (const forged of [ended('left', 1, forger), alive(1, 1, forger), suspect(1, 0, keys(self))]) expect(known([member(subject, 1), forged]), forged.type).to.deep.equal(now);
      const dead = { type: 'dead', address: subject, life: 1, votes: [{ seed, signature: forger.sign('dead', bodyOf.dead({ address: subject, life: 1 })) }] } as const;
      expect(known([member(subject, 1), dead])).to.deep.equal(now);
    });
  });
});
