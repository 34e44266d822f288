import { expect } from 'chai';
import { SYSTEMS } from '../../../src/systems.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import type { Fact } from '../../../src/runtime/virtual/system.ts';
import { soaked } from '../../support/trials.ts';

type Met = Fact & { readonly type: string; readonly replica?: number };

/** What may happen to a node that is there and runs, stands still, or is not there; and what it is then. */
const NEXT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  up: { fell: 'down', left: 'gone', paused: 'still', 'clock-jumped': 'up' },
  still: { fell: 'down', left: 'gone', paused: 'still', 'went-on': 'up', 'clock-jumped': 'still' },
  down: { 'came-back': 'up', left: 'gone' },
  late: { joined: 'up' },
  gone: {},
};

describe('what is told of nodes under fault plans', () => {
  for (const system of SYSTEMS) {
    it(`of ${system.name} happens to nodes that are there, and ends what began`, () => {
      for (let seed = 1; seed <= soaked(60, 4); seed += 1) {
        const plan = system.draw({ n: 7, seed });
        const states = new Map<number, string>(plan.joins.map(({ node }) => [node, 'late']));
        const { observerError } = simulate(system, plan, {
          observe(fact) {
            const { type, replica } = fact as Met;
            if (replica === undefined || !Object.values(NEXT).some((next) => type in next)) return;
            const state = states.get(replica) ?? 'up';
            const next = NEXT[state]![type];
            if (next === undefined) throw new Error(`seed ${seed}: node ${replica}, which is ${state}, ${type}`);
            states.set(replica, next);
          },
        });
        expect(observerError).to.equal(undefined);
      }
    });
  }
});
