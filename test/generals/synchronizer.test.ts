import { expect } from 'chai';
import fc from 'fast-check';
import { seeded } from '../../src/core/choice.ts';
import { philox } from '../../src/core/philox.ts';
import type { RunResult } from '../../src/generals/host.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import type { Effect, Event } from '../../src/core/machine.ts';
import { contextOf } from '../../src/generals/protocol.ts';
import { PROTOCOLS, protocolNamed } from '../../src/generals/protocols/registry.ts';
import { synchronizer, type Course, type Frame, type Synchronized } from '../../src/generals/synchronizer.ts';
import { Network } from '../../src/runtime/virtual/network.ts';
import { roleInstance } from '../../src/generals/general.ts';
import { runInRounds } from '../../src/generals/sim/rounds.ts';
import { drawTrial, ids, repeatLine, trial, type Trial } from '../support/trials.ts';

/** In milliseconds of virtual time. */
const PATIENCE = 1000;

interface Weather {
  /** All that chance decides about the network follows from it. */
  readonly seed: number;
  /** No frame is under way for longer than so many milliseconds. */
  readonly delayMax: number;
  /** Of how many frames one comes twice or more often, and one thing that is no frame comes along; 0 for never. */
  readonly mischief: number;
  /** Who never sends a frame, and how the others learn of it: from closed links, or by waiting. */
  readonly missing?: { readonly ids: readonly NodeId[]; readonly how: 'closed' | 'silent' };
}

interface Run {
  readonly courses: ReadonlyMap<NodeId, Course>;
  readonly accusations: readonly { readonly by: NodeId; readonly suspect: NodeId }[];
  /** How many courses each member put out. */
  readonly outputs: ReadonlyMap<NodeId, number>;
}

/** Runs synchronizers over a network that delays, repeats and garbles. Frames of other orders are dropped, as hosts do. */
function run(one: Trial, { seed, delayMax, mischief, missing }: Weather): Run {
  const courses = new Map<NodeId, Course>();
  const outputs = new Map<NodeId, number>();
  const accusations: { by: NodeId; suspect: NodeId }[] = [];
  let drawn = 0;
  const draw = (options: number): number => philox((drawn += 1), seed, 0, 0, 7, 0) % options;
  const absent = new Set(missing?.ids ?? []);
  let frame: Frame | undefined;
  const army = one.members.filter((id) => !absent.has(id)).map((id) => {
    const { protocol, context } = roleInstance(one, id, one.traitors.get(id), seeded(one.seed), symbolicSigner(id));
    return { id, context, machine: synchronizer(protocol, one.number, PATIENCE) };
  });
  const network: Network = new Network(army, {
    sync: () => 0,
    sent: (_from, _to, message) => void (frame = message as Frame),
    link(from, to, now) {
      const arrival = draw(delayMax + 1);
      if (mischief === 0 || draw(mischief) > 0) return [arrival];
      // The same frame again, some time later, and something that is none, at any time.
      const again = Array.from({ length: 1 + draw(3) }, () => arrival + draw(3 * delayMax + 1));
      const message = to.machine.parse(GARBAGE[draw(GARBAGE.length)]!(frame!)) as Frame | undefined;
      const at = now + draw(3 * delayMax + 1);
      if (message?.[0] === one.number) network.at(at, () => network.hear(to, from.id, message));
      return [arrival, ...again];
    },
    output({ id }, output) {
      courses.set(id, output as Course);
      outputs.set(id, (outputs.get(id) ?? 0) + 1);
    },
    accuse({ id }, { kind, suspect }) {
      if (kind === 'silence') accusations.push({ by: id, suspect });
    },
  });
  for (const node of network.nodes) {
    network.start(node, node.id === one.commander ? [{ type: 'input', input: one.order }] : []);
    if (missing?.how === 'closed') for (const peer of absent) network.at(draw(delayMax + 1), () => network.lose(node, peer));
  }
  network.run(Infinity);
  return { courses, accusations, outputs };
}

/** What else may come by a link, made of a frame that did. */
const GARBAGE: readonly ((frame: Frame) => unknown)[] = [
  () => undefined,
  () => null,
  () => 'attack',
  () => [],
  () => ({ 0: 1, 1: 1, length: 3 }),
  (frame) => JSON.stringify(frame),
  ([order, round]) => [order, `${round}`, 'attack'],
  ([order]) => [order, -1, 'attack'],
  ([order]) => [order, 0, 'attack'],
  ([order]) => [order, 1e6, 'attack'],
  ([order]) => [order, 0.5, 'attack'],
  ([order]) => [order, Number.NaN, 'attack'],
  // Frames of the orders before and after.
  ([order, round]) => [order - 1, round, 'retreat'],
  ([order, round, ...messages]) => [order + 1, round, ...messages],
];

const weather = fc.record({ seed: fc.nat(), delayMax: fc.nat(PATIENCE / 2 - 1), mischief: fc.nat(4) });
const anyTrial = fc
  .record({ protocol: fc.constantFrom(...PROTOCOLS), n: fc.integer({ min: 1, max: 7 }), seed: fc.nat(), traitors: fc.nat(7) })
  .map(({ protocol, n, seed, traitors }) => ({ ...drawTrial({ protocol: protocol.name, n, m: Math.min(2, protocol.faultsByDefault(n)), seed, traitors: traitors % (n + 1) }), number: 5 }));

const seenBy = ({ reports }: RunResult): unknown => reports.map(({ id, decision, heard, sent }) => ({ id, decision, heard, sent }));
const seenIn = ({ courses }: Run): unknown =>
  [...courses].toSorted(([a], [b]) => a - b).map(([id, { decision, heard, sent }]) => ({ id, decision, heard, sent }));

describe('the synchronizer', () => {
  it('makes the rounds of the synchronous run, whatever delays, repetitions and garbage the network adds', () => {
    fc.assert(
      fc.property(anyTrial, weather, (one, sky) => {
        const seen = run(one, sky);
        expect(seenIn(seen), repeatLine(one)).to.deep.equal(seenBy(runInRounds(one, one)));
        expect(seen.accusations, repeatLine(one)).to.deep.equal([]);
        expect([...seen.outputs.values()].every((count) => count === 1), 'each put out one course').to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  for (const how of ['closed', 'silent'] as const) {
    it(`counts members as silent ${how === 'closed' ? 'whose links are closed, and accuses nobody' : 'that send no frame within its patience, and accuses each once'}`, () => {
      fc.assert(
        fc.property(anyTrial, weather, fc.nat(), (one, sky, which) => {
          const gone = one.members.filter((id) => (which >> id) % 2 === 1);
          fc.pre(gone.length < one.members.length);
          // Who waits for the silent may wait half its patience longer than another does, so that only the other half of it
          // is left for delays, of the two frames that come between the one's patience and the other's.
          const delayMax = how === 'silent' ? Math.floor(sky.delayMax / 2) : sky.delayMax;
          const seen = run(one, { ...sky, delayMax, missing: { ids: gone, how } });
          // The dead are as traitors that say nothing, who are not asked what they decided.
          const dead: Trial = { ...one, traitors: new Map([...one.traitors, ...gone.map((id) => [id, 'silent'] as const)]) };
          const account = runInRounds(dead, dead);
          expect(seenIn(seen), repeatLine(dead)).to.deep.equal(seenBy({ ...account, reports: account.reports.filter(({ id }) => !gone.includes(id)) }));
          if (how === 'closed') expect(seen.accusations, repeatLine(dead)).to.deep.equal([]);
          for (const { by, suspect } of seen.accusations) {
            expect(gone, repeatLine(dead)).to.include(suspect);
            expect(seen.accusations.filter((other) => other.by === by && other.suspect === suspect), repeatLine(dead)).to.have.length(1);
          }
        }),
        { numRuns: 200 },
      );
    });
  }

  it('has every member accuse a silent one that it waits for', () => {
    const one = trial({ protocol: 'exchange', n: 5, m: 1 });
    const seen = run(one, { seed: 1, delayMax: 1, mischief: 0, missing: { ids: [nodeId(3)], how: 'silent' } });
    // The primary waits for nobody: only lieutenants speak in the second round, to each other.
    expect(seen.accusations.toSorted((a, b) => a.by - b.by)).to.deep.equal([2, 4, 5].map((by) => ({ by, suspect: 3 })));
  });

  describe('step by step', () => {
    const exchange = protocolNamed('exchange')!;

    /** G2 of four generals, which has begun to wait for the primary, G1. */
    function lieutenant() {
      const context = contextOf({ members: ids(4), commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
      const machine = synchronizer(exchange, 1, PATIENCE);
      const state = machine.begin(context);
      const step = (event: Event<Synchronized>): Effect<Synchronized>[] => machine.step(context, state, event);
      const hear = (from: number, ...frame: unknown[]): Effect<Synchronized>[] => step({ type: 'message', from: nodeId(from), message: machine.parse([1, ...frame])! });
      const began = step({ type: 'start' });
      return { machine, step, hear, began };
    }

    const typesOf = (effects: readonly Effect<Synchronized>[]): string[] => effects.map(({ type }) => type);
    const outputOf = (effects: readonly Effect<Synchronized>[]): Course | undefined => effects.find((effect) => effect.type === 'output')?.output;

    it('sends no frame to whom it may not speak, and waits only for whom it may hear', () => {
      const { began, hear } = lieutenant();
      expect(typesOf(began)).to.deep.equal(['set-timer']);
      const told = hear(1, 1, 'attack');
      expect(told.flatMap((effect) => (effect.type === 'send' ? [[effect.to, effect.message]] : []))).to.deep.equal([[[3, 4], [1, 2, 'attack']]]);
    });

    it('ignores a frame that comes again, be it changed or not', () => {
      const { hear } = lieutenant();
      hear(1, 1, 'attack');
      expect(hear(1, 1, 'retreat')).to.deep.equal([]);
      expect(hear(3, 2, 'attack')).to.deep.equal([]);
      expect(hear(3, 2, 'retreat')).to.deep.equal([]);
      const course = outputOf(hear(4, 2, 'retreat'))!;
      expect(course.decision).to.equal('attack');
      expect(course.heard).to.deep.equal([[{ from: 1, messages: ['attack'] }], [{ from: 3, messages: ['attack'] }, { from: 4, messages: ['retreat'] }]]);
      expect(hear(4, 2, 'retreat'), 'after the end').to.deep.equal([]);
    });

    it('keeps a frame that comes a round too early', () => {
      const { hear } = lieutenant();
      expect(hear(4, 2, 'attack')).to.deep.equal([]);
      expect(hear(3, 2, 'attack')).to.deep.equal([]);
      expect(outputOf(hear(1, 1, 'attack'))?.decision).to.equal('attack');
    });

    it('hears nobody out of turn, nobody who is no member, and not itself', () => {
      const { hear } = lieutenant();
      for (const [from, round] of [[3, 1], [1, 2], [9, 1], [0, 1], [2, 1], [2, 2], [1, 3], [1, 7], [1, -1]] as const) expect(hear(from, round, 'attack'), `G${from} in round ${round}`).to.deep.equal([]);
      hear(1, 1, 'retreat');
      hear(3, 2, 'retreat');
      expect(outputOf(hear(4, 2, 'retreat'))?.heard).to.deep.equal([[{ from: 1, messages: ['retreat'] }], [{ from: 3, messages: ['retreat'] }, { from: 4, messages: ['retreat'] }]]);
    });

    it('leaves out of a frame what is no message, and takes the rest', () => {
      const { machine } = lieutenant();
      expect(machine.parse([1, 2, 'attack', 'banana', null, 'retreat', {}])).to.deep.equal([1, 2, 'attack', 'retreat']);
      fc.assert(
        fc.property(fc.oneof(fc.anything(), fc.tuple(fc.integer(), fc.integer(), fc.anything())), (input) => {
          const frame = machine.parse(input);
          if (frame === undefined) return;
          expect(frame.slice(0, 2).every(Number.isSafeInteger)).to.equal(true);
          for (const message of frame.slice(2)) expect(message).to.be.oneOf(['attack', 'retreat']);
        }),
      );
    });

    it('waits for another half of its patience if it heard anything, and accuses only then', () => {
      const { step, hear } = lieutenant();
      hear(1, 1, 'attack');
      hear(3, 2, 'attack');
      expect(step({ type: 'timeout', timer: 'round' })).to.deep.equal([{ type: 'set-timer', timer: 'round', after: PATIENCE / 2 }]);
      const effects = step({ type: 'timeout', timer: 'round' });
      expect(effects.flatMap((effect) => (effect.type === 'accuse' ? [[effect.kind, effect.suspect]] : []))).to.deep.equal([['silence', 4]]);
      expect(outputOf(effects)?.decision).to.equal('attack');
      expect(step({ type: 'timeout', timer: 'round' }), 'a tick after the end').to.deep.equal([]);
      expect(step({ type: 'gone', peer: nodeId(4) }), 'the accused leaves').to.deep.equal([]);
    });

    it('does not hear whom it has accused, nor wait for them again', () => {
      const { step, hear } = lieutenant();
      step({ type: 'timeout', timer: 'round' });
      step({ type: 'timeout', timer: 'round' });
      expect(hear(1, 1, 'attack'), 'too late').to.deep.equal([]);
      hear(3, 2, 'attack');
      const course = outputOf(hear(4, 2, 'attack'))!;
      expect(course.heard[0]).to.deep.equal([]);
      expect(course.decision, 'two attacks against the default').to.equal('attack');
    });

    it('keeps what somebody said who then leaves', () => {
      const { step, hear } = lieutenant();
      hear(3, 2, 'attack');
      expect(step({ type: 'gone', peer: nodeId(3) })).to.deep.equal([]);
      expect(step({ type: 'gone', peer: nodeId(3) }), 'twice').to.deep.equal([]);
      expect(step({ type: 'gone', peer: nodeId(9) }), 'a stranger').to.deep.equal([]);
      hear(1, 1, 'attack');
      const course = outputOf(step({ type: 'gone', peer: nodeId(4) }))!;
      expect(course.heard[1]).to.deep.equal([{ from: 3, messages: ['attack'] }]);
      expect(course.decision).to.equal('attack');
    });
  });
});
