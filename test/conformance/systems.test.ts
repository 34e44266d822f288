import { expect } from 'chai';
import fc from 'fast-check';
import { bracha } from '../../src/broadcast/bracha.ts';
import { broadcast } from '../../src/broadcast/system.ts';
import { SYSTEMS } from '../../src/systems.ts';
import type { AnyMachine } from '../../src/core/machine.ts';
import { benOr } from '../../src/randomised/ben-or.ts';
import { randomised } from '../../src/randomised/system.ts';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import type { Fact, System } from '../../src/runtime/virtual/system.ts';
import { soaked } from '../support/trials.ts';

/** Plans of each strategy; a few more, where none of these has somebody follow it. What many show is told by the suites of each system. */
const SEEDS = soaked(12, 3);

describe('each system', () => {
  it('has names of its own', () => {
    const names = SYSTEMS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const system of SYSTEMS) {
    describe(`(${system.name})`, () => {
      it('does the same under the same plan, which follows from n and the seed', () => {
        const plan = system.draw({ n: system.members, seed: 7 });
        expect(system.draw({ n: system.members, seed: 7 })).to.deep.equal(plan);
        const factsOf = (): Fact[] => {
          const facts: Fact[] = [];
          simulate(system, plan, { observe: (fact) => facts.push(fact) });
          return facts;
        };
        expect(factsOf()).to.deep.equal(factsOf());
        expect(factsOf().length).to.be.above(20);
      });

      it('stands each of its strategies, and says who follows which', () => {
        for (const { name } of system.strategies) {
          let seen = false;
          for (let seed = 1; seed <= SEEDS || !seen; seed += 1) {
            const plan = system.draw({ n: system.members, seed, strategies: [name] });
            expect(simulate(system, plan).type, `${name}, seed ${seed}`).to.equal('holds');
            seen ||= system.describe(plan).includes(` ${name}`);
            expect(seed, name).to.be.at.most(12);
          }
        }
      });

      it('says in words what people want to see, in the order of time', () => {
        const lines: string[] = [];
        for (let seed = 1; seed <= 8; seed += 1) {
          simulate(system, system.draw({ n: system.members, seed }), {
            observe(fact) {
              const line = system.inWords(fact);
              if (fact.type === 'sent') expect(line).to.equal(undefined);
              else if (line !== undefined) lines.push(line);
            },
          });
        }
        expect(lines.length).to.be.above(100);
        for (const line of lines) expect(line).to.match(/^ *\d+ ms {2}(?:node|replica|client) \d+ [a-z]/);
      });
    });
  }
});

const MACHINES: readonly (readonly [name: string, system: System, machine: AnyMachine, messages: readonly object[]])[] = [
  ['bracha', broadcast, bracha, ['initial', 'echo', 'ready'].map((type) => ({ type, origin: 1, number: 1, value: 'a' }))],
  ['ben-or', randomised, benOr, [{ type: 'report', round: 1, value: 0 }, { type: 'proposal', round: 2, value: null }, { type: 'proposal', round: 2, value: 1 }, { type: 'behind', round: 3 }]],
];

for (const [name, system, machine, messages] of MACHINES) {
  describe(`the machine of ${name}`, () => {
    const same = (loyal: AnyMachine, seeds = 30): void => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const plan = system.draw({ n: 6, seed });
        expect(simulate(system, plan, { loyal }), `seed ${seed}`).to.deep.equal(simulate(system, plan));
      }
    };

    it('does the same where messages and records go through JSON, as on a network and a disk', () => {
      const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
      same({
        ...machine,
        recover: (context, records) => machine.recover!(context, copied(records)),
        step(context, state, event) {
          if (event.type !== 'message') return machine.step(context, state, event);
          const message = machine.parse(copied(event.message));
          if (message === undefined) throw new Error(`dropped: ${JSON.stringify(event.message)}`);
          return machine.step(context, state, { ...event, message });
        },
      });
    });

    it('is pure: a clone of its state leads to the same', () => {
      same({
        ...machine,
        step(context, state, event) {
          const copy = structuredClone(state);
          const effects = machine.step(context, state, event);
          expect(machine.step(context, copy, structuredClone(event))).to.deep.equal(effects);
          expect(copy).to.deep.equal(state);
          return effects;
        },
      }, 2);
    });

    it('parses what it says, and of all else nothing that does not parse to itself', () => {
      for (const message of messages) expect(machine.parse(message)).to.deep.equal(message);
      const wild = fc.oneof(fc.anything(), fc.tuple(fc.constantFrom(...messages), fc.constantFrom('type', 'origin', 'number', 'round', 'value'), fc.anything()).map(([message, field, value]) => ({ ...message, [field]: value })));
      fc.assert(
        fc.property(wild, (input) => {
          const message = machine.parse(input);
          if (message !== undefined) expect(machine.parse(JSON.parse(JSON.stringify(message)))).to.deep.equal(message);
        }),
        { numRuns: 1000 },
      );
    });
  });
}
