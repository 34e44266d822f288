import { expect } from 'chai';
import { philox } from '../../src/core/philox.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import type { NodeId } from '../../src/core/node.ts';
import { contextOf, maySpeak } from '../../src/generals/protocol.ts';
import { protocolNamed } from '../../src/generals/protocols/registry.ts';
import { synchronizer, type Frame } from '../../src/generals/synchronizer.ts';
import { ids } from '../support/trials.ts';

interface Pulse {
  readonly by: NodeId;
  readonly round: number;
  /** The rounds in which others were when it began. */
  readonly others: readonly number[];
}

/** Runs an order among loyal generals whose frames come one by one, in an order that only the seed knows. */
function pulsesOf(name: string, n: number, m: number, seed: number): { readonly pulses: readonly Pulse[]; readonly isEarly: readonly string[] } {
  const protocol = protocolNamed(name)!;
  const setting = { members: ids(n), commander: ids(n)[0]!, m, number: 1 };
  const machine = synchronizer(protocol, 1, 1000);
  const army = setting.members.map((self) => {
    const context = contextOf(setting, self, symbolicSigner(self));
    return { self, context, state: machine.begin(context) };
  });
  const underWay: { readonly from: NodeId; readonly to: NodeId; readonly frame: Frame }[] = [];
  const arrived = new Set<string>();
  const pulses: Pulse[] = [];
  const isEarly: string[] = [];
  let drawn = 0;
  const perform = (one: (typeof army)[number], effects: ReturnType<typeof machine.step>): void => {
    for (const effect of effects) {
      if (effect.type !== 'send') continue;
      const frame = effect.message;
      const [, round] = frame;
      if (!pulses.some((pulse) => pulse.by === one.self && pulse.round === round)) {
        pulses.push({ by: one.self, round, others: army.map(({ state }) => state.round) });
        for (const { self } of army) {
          const isOwed = self !== one.self && maySpeak(protocol, one.context, round - 1, self, one.self);
          if (round > 1 && isOwed && !arrived.has(`${round - 1} ${self} ${one.self}`)) isEarly.push(`G${one.self} began round ${round} without the frame of G${self}`);
        }
      }
      for (const to of effect.to) underWay.push({ from: one.self, to, frame });
    }
  };
  const start = army.slice();
  while (start.length + underWay.length > 0) {
    const at = philox((drawn += 1), seed, 0, 0, 9, 0) % (start.length + underWay.length);
    if (at < start.length) {
      const [one] = start.splice(at, 1);
      if (one!.self === setting.commander) perform(one!, machine.step(one!.context, one!.state, { type: 'input', input: 'attack' }));
      perform(one!, machine.step(one!.context, one!.state, { type: 'start' }));
      continue;
    }
    const [{ from, to, frame }] = underWay.splice(at - start.length, 1) as [(typeof underWay)[number]];
    const hearer = army.find(({ self }) => self === to)!;
    // What comes before its receiver has begun waits, as hosts have it.
    if (start.includes(hearer)) {
      underWay.push({ from, to, frame });
      continue;
    }
    arrived.add(`${frame[1]} ${from} ${to}`);
    perform(hearer, machine.step(hearer.context, hearer.state, { type: 'message', from, message: frame }));
  }
  expect(army.every(({ state }) => state.round > state.rounds), 'all came to their end').to.equal(true);
  return { pulses, isEarly };
}

describe('Awerbuch, "Complexity of network synchronization" (1985)', () => {
  it('a pulse begins only when all messages of the one before are in, whatever the network delays (§2)', () => {
    let pulses = 0;
    for (const [name, n, m] of [['king', 4, 1], ['oral', 5, 2], ['exchange', 4, 1]] as const) {
      for (let seed = 0; seed < 30; seed += 1) {
        const run = pulsesOf(name, n, m, seed);
        expect(run.isEarly, `${name}, seed ${seed}`).to.deep.equal([]);
        pulses += run.pulses.length;
      }
    }
    expect(pulses).to.be.greaterThan(500);
  });

  it('so where all speak to all nobody is more than one pulse ahead of anybody', () => {
    let ahead = 0;
    for (let seed = 0; seed < 30; seed += 1) {
      // In rounds of values and proposals of phase king everybody speaks to everybody.
      for (const { round, others } of pulsesOf('king', 4, 1, seed).pulses.filter((pulse) => pulse.round % 3 === 0)) {
        for (const other of others) expect(round - other, `seed ${seed}`).to.be.at.most(1);
        if (others.some((other) => other < round)) ahead += 1;
      }
    }
    expect(ahead).to.be.greaterThan(10);
  });
});
