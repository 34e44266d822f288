import { expect } from 'chai';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import { collector, pbft } from '../../../src/replicas/sim/system.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import type { PlanRequest } from '../../../src/runtime/virtual/system.ts';
import { soaked } from '../../support/trials.ts';

type PbftSystem = typeof pbft;

/** What goes wrong under a fault plan, with the command that repeats it; undefined if all is well. */
function failureOf(system: PbftSystem, request: PlanRequest): string | undefined {
  const plan = system.draw(request);
  const { type, witness } = simulate(system, plan);
  const { n, seed } = request;
  return type === 'holds' ? undefined : `${witness} (${system.describe(plan)}; repeat with: generals simulate --protocol ${system.name} --members ${n} --seed ${seed})`;
}

describe('replicas under seeded fault plans: safe at every step, and live once the network is stable', () => {
  for (const system of [pbft, collector]) {
    for (const [n, share] of [[4, 2000], [7, 2000], [10, 8000]] as const) {
      const seeds = soaked(100_000, share);
      it(`${system.name} among ${n}, ${seeds} plans`, function () {
        this.timeout(0);
        for (let seed = 1; seed <= seeds; seed += 1) {
          const failure = failureOf(system, { n, seed });
          if (failure !== undefined) expect.fail(failure);
        }
      });
    }
  }
});

describe('replicas whose messages and records go through JSON, as on a network and a disk', () => {
  const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  const wired: typeof replica = {
    ...replica,
    recover: (context, records) => replica.recover(context, copied(records)),
    step(context, state, event) {
      if (event.type !== 'message') return replica.step(context, state, event);
      const message = replica.parse(copied(event.message));
      if (message === undefined) throw new Error(`dropped: ${JSON.stringify(event.message).slice(0, 300)}`);
      return replica.step(context, state, { ...event, message });
    },
  };
  for (const system of [pbft, collector]) {
    it(`${system.name}: are no different`, () => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const plan = system.draw({ n: 4, seed });
        expect(simulate(system, plan, { loyal: wired }), `seed ${seed}`).to.deep.equal(simulate(system, plan));
      }
    });
  }
});

describe('a plan that is observed', () => {
  const plan = pbft.draw({ n: 4, seed: 14 });

  it('ends as when nobody looks', () => {
    expect(simulate(pbft, plan, { observe: () => undefined })).to.deep.equal(simulate(pbft, plan));
  });

  it('goes on when its observer throws, tells it no more, and hands over what it threw', () => {
    const thrown = new Error('the observer has a bug');
    let told = 0;
    const { observerError, ...outcome } = simulate(pbft, plan, {
      observe() {
        told += 1;
        if (told === 10) throw thrown;
      },
    });
    expect(observerError).to.equal(thrown);
    expect(told).to.equal(10);
    expect(outcome).to.deep.equal(simulate(pbft, plan));
  });
});
