import { expect } from 'chai';
import fc from 'fast-check';
import { philox } from '../../src/core/philox.ts';
import { seededAt } from '../../src/core/choice.ts';
import type { AnyMachine, Effect as EffectOf, Event as EventOf, Vocabulary } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { REPLICA_FAULTS } from '../../src/replicas/faults/registry.ts';
import { traitor } from '../../src/replicas/faults/traitor.ts';
import { client } from '../../src/replicas/pbft/client.ts';
import { compacted } from '../../src/replicas/pbft/compact.ts';
import type { Message, SavedRecord } from '../../src/replicas/pbft/messages.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import { CLIENTS, settingsOf, type PbftSettings } from '../../src/replicas/pbft/settings.ts';
import type { ReplicaState } from '../../src/replicas/pbft/state.ts';
import { hurried } from '../support/mutants.ts';
import { Cluster } from '../support/replicas.ts';
import { Statements } from '../support/statements.ts';

type Effect = EffectOf<Vocabulary>;
type Event = EventOf<Vocabulary>;

/** A machine, and the place where it lives among four replicas and a client, node 4. */
interface Case {
  readonly name: string;
  readonly machine: AnyMachine;
  readonly at: number;
  readonly settings?: Partial<PbftSettings>;
}

const CASES: readonly Case[] = [
  { name: 'a replica of PBFT', machine: replica, at: 1 },
  { name: 'a replica with a collector', machine: replica, at: 1, settings: { collector: true } },
  ...REPLICA_FAULTS.map((fault) => ({ name: `a replica that is ${fault.name}`, machine: traitor(fault), at: 1, settings: { collector: fault.name.endsWith('collector') } })),
  { name: 'a client', machine: client, at: 4 },
];

/** Orders, checkpoints, falls, view changes and a cut that heals, with that machine among the others. */
function life({ at, settings }: Case, machine: AnyMachine, link: Cluster['link'] = () => [1]): Cluster {
  const cluster = new Cluster(4, { checkpointEvery: 2, batch: 2, ...settings }, new Map([[at, machine]]));
  let cut = -1;
  cluster.link = (from, to, message) => (from.id === cut || to.id === cut ? [] : link(from, to, message));
  for (let i = 0; i < 5; i += 1) cluster.ask(`order ${i}`);
  cluster.rest(3);
  cluster.network.crash(cluster.node(0));
  cluster.untilAnswered(8000);
  cluster.network.start(cluster.node(0));
  cut = 3;
  for (let i = 0; i < 9; i += 1) cluster.ask(`more ${i}`);
  cluster.untilAnswered(8000);
  cut = -1;
  cluster.network.crash(cluster.node(at));
  cluster.rest(100);
  cluster.network.start(cluster.node(at));
  cluster.rest(3000);
  return cluster;
}

const contextAt = (at: number, settings: Partial<PbftSettings> = {}) => ({ self: nodeId(at), members: [0, 1, 2, 3].map(nodeId), signer: symbolicSigner(nodeId(at)), settings: settingsOf({ checkpointEvery: 2, batch: 2, ...settings } as PbftSettings), choose: seededAt(1, nodeId(at)) });

/** What nodes say to each other in such a life, each kind of message a few times. */
const said = (() => {
  const messages = new Map<string, Message[]>();
  for (const one of CASES) {
    life(one, one.machine, (_from, _to, message) => {
      const list = messages.get(message.type) ?? [];
      messages.set(message.type, list);
      if (list.length < 12) list.push(message);
      return [1];
    });
  }
  return [...messages.values()].flat();
})();

/** A message, now and then with one thing in it replaced. */
const nearMessages = fc.tuple(fc.constantFrom(...said), fc.nat(40), fc.option(fc.jsonValue({ maxDepth: 2 }), { freq: 2 })).map(([message, place, other]) => {
  if (other === null) return JSON.parse(JSON.stringify(message)) as unknown;
  let count = 0;
  return JSON.parse(JSON.stringify(message), (_key, value: unknown) => (count++ === place ? other : value)) as unknown;
});

for (const one of CASES) {
  const { name, machine, at, settings } = one;

  describe(`${name}, as a machine,`, () => {
    it('is pure: its state, handed away and back as a clone around every step, leads to the same', () => {
      let steps = 0;
      const cloning: AnyMachine = {
        ...machine,
        step(context, state, event) {
          const [copy, before] = [structuredClone(state), structuredClone(event)];
          const effects = machine.step(context, state, event);
          expect(machine.step(context, copy, before)).to.deep.equal(effects);
          expect(copy).to.deep.equal(state);
          expect(event, 'an event was changed').to.deep.equal(before);
          steps += 1;
          return effects;
        },
      };
      life(one, cloning);
      expect(steps).to.be.above(15);
    });

    it('parses anything, to nothing or to a message that parses to itself', () => {
      fc.assert(
        fc.property(fc.oneof(nearMessages, fc.anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true })), (input) => {
          const message = machine.parse(input);
          if (message !== undefined) expect(machine.parse(JSON.parse(JSON.stringify(message)))).to.deep.equal(message);
        }),
        { numRuns: 1000 },
      );
    });

    it('takes whatever is heard from whomever and whenever, and asks for nothing that cannot be done', () => {
      const heard = nearMessages.map((input) => machine.parse(input)).filter((message) => message !== undefined);
      const event = fc.oneof(
        { weight: 8, arbitrary: fc.record({ type: fc.constant('message'), from: fc.constantFrom(...[0, 1, 2, 3, 4, 5, 6].filter((id) => id !== at)).map(nodeId), message: heard }) },
        { weight: 1, arbitrary: fc.record({ type: fc.constant('timeout'), timer: fc.constantFrom('view', 'status', 'collector', 'retry', 'none') }) },
      ) as fc.Arbitrary<Event>;
      fc.assert(
        fc.property(fc.array(event, { maxLength: 40 }), (events) => {
          const context = contextAt(at, settings);
          const state = machine.begin(context);
          for (const happened of [{ type: 'start' } as const, ...events]) for (const effect of machine.step(context, state, happened)) checkEffect(machine, at, effect);
        }),
        { numRuns: 150 },
      );
    });

    it('comes back from its records through JSON as from the records themselves', () => {
      const cluster = life(one, machine);
      const { context, disk } = cluster.node(at);
      expect(machine.recover!(context, JSON.parse(JSON.stringify(disk)) as unknown[])).to.deep.equal(machine.recover!(context, disk));
    });
  });
}

function checkEffect(machine: AnyMachine, at: number, effect: Effect): void {
  switch (effect.type) {
    case 'send':
      expect(effect.to).to.not.include(nodeId(at));
      for (const to of effect.to) expect(to).to.be.within(0, 3 + 4 * CLIENTS);
      expect(machine.parse(JSON.parse(JSON.stringify(effect.message)))).to.deep.equal(effect.message);
      return;
    case 'save':
      expect(JSON.parse(JSON.stringify(effect.record))).to.deep.equal(effect.record);
      return;
    case 'set-timer':
      expect(effect.after).to.be.within(1, 10_000_000);
      return;
    case 'accuse':
      expect(effect.suspect).to.be.within(0, 6);
      expect(effect.evidence).to.match(/^[\w ,’’-]{3,100}$/u);
      return;
    case 'cancel-timer':
    case 'output':
      return;
    case 'dial':
    case 'hang-up':
    case 'halt':
      return expect.fail('no replica falls by itself, or has other links than it was given');
    default:
      effect satisfies never;
  }
}

for (const collector of [false, true]) {
  describe(`a replica that falls and comes back${collector ? ', with a collector' : ''},`, () => {
    /** Orders, and falls of one replica or of all, at moments and with disks that a seed draws. @returns what was said in all */
    function stormy(seed: number, machine: unknown = replica): Statements {
      const draw = (topic: number, options: number): number => philox(topic, seed, 0x57a7, 0, 0, 0) % options;
      const cluster = new Cluster(4, { collector, timeout: 150, collectorTimeout: 40, retryAfter: 90, statusEvery: 60, checkpointEvery: [2, 4][draw(1, 2)]!, batch: 2 }, new Map([0, 1, 2, 3].map((id) => [id, machine])));
      const statements = new Statements();
      let links = 0;
      cluster.sync = [0, 1, 4, 25][draw(2, 4)]!;
      cluster.link = (from, _to, message) => {
        links += 1;
        statements.heard(from.id, message);
        return philox(links, seed, 0x57a8, 0, 0, 0) % 12 === 0 ? [] : [1 + (philox(links, seed, 0x57a9, 0, 0, 0) % 20)];
      };
      for (let turn = 0; turn < 8; turn += 1) {
        for (let i = 0; i < 3; i += 1) cluster.ask(`order ${turn} ${i}`);
        cluster.rest(draw(10 + turn, 60));
        const fallen = [0, 1, 2, 3].filter((id) => draw(100 + 4 * turn + id, 3) === 0).map((id) => cluster.node(id));
        for (const node of fallen) cluster.network.crash(node);
        cluster.rest(draw(50 + turn, 300));
        for (const node of fallen) cluster.network.start(node);
      }
      cluster.rest(500);
      return statements;
    }

    it('never contradicts what it signed', () => {
      let count = 0;
      for (let seed = 1; seed <= 40; seed += 1) {
        const statements = stormy(seed);
        expect(statements.contradiction, `seed ${seed}`).to.equal(undefined);
        count += statements.count;
      }
      expect(count).to.be.above(12_000);
    });

    it('would contradict it, and be seen to, if it voted before its vote was on disk', () => {
      const contradictions = Array.from({ length: 40 }, (_, seed) => stormy(seed + 1, hurried).contradiction).filter((one) => one !== undefined);
      expect(contradictions).not.to.deep.equal([]);
    });

    it('knows at any moment what it had promised: view, places taken, what prepared, what is stable and what was executed', () => {
      let steps = 0;
      let disks: ((id: number) => readonly unknown[]) | undefined;
      const cluster = new Cluster(4, { collector, checkpointEvery: 2, batch: 2 }, new Map([1, 2].map((id) => [id, remembering(id)])));
      disks = (id) => cluster.node(id).disk;
      function remembering(id: number): typeof replica {
        return {
          ...replica,
          step(context, state, event) {
            const effects = replica.step(context, state, event);
            const disk = [...(disks?.(id) ?? []), ...effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : []))] as SavedRecord[];
            if (disk.length === 0) return effects;
            steps += 1;
            for (const records of [disk, compacted(disk)]) expect(promisesOf(replica.recover(context, records))).to.deep.equal(promisesOf(state));
            return effects;
          },
        };
      }
      for (const primary of [0, 1, 2]) {
        for (let i = 0; i < 7; i += 1) cluster.ask(`order ${i} to ${primary}`);
        cluster.rest(3);
        cluster.network.crash(cluster.node(primary));
        cluster.untilAnswered(8000);
        cluster.network.start(cluster.node(primary));
        cluster.rest(1500);
      }
      expect(steps).to.be.above(200);
    });
  });
}

/** All of a replica’s state that what it signed binds it to. */
function promisesOf(state: ReplicaState): object {
  const { view, isChanging, stable, executed, newView, slots } = state;
  const own = slots.flatMap((slot) => (slot === undefined || slot.sequence <= stable ? [] : [slot]));
  return {
    view,
    isChanging,
    stable,
    executed,
    newView,
    chain: state.store.chain,
    certificates: own.flatMap(({ certificate, sequence }) => (certificate === undefined ? [] : [[sequence, certificate.prePrepare.body]])),
    accepted: isChanging ? [] : own.filter((slot) => slot.view === view && slot.prePrepare !== undefined).map(({ sequence, digest, isPrepared }) => [sequence, digest, isPrepared]),
  };
}
