import { expect } from 'chai';
import type { AnyMachine } from '../../../src/sim/replicas/network.ts';
import { runSchedule } from '../../../src/sim/replicas/run.ts';
import { describeSchedule, drawSchedule, type ScheduleRequest } from '../../../src/sim/replicas/schedule.ts';
import { credulous, hurried, smallQuorum } from '../../support/mutants.ts';
import { soaked } from '../../support/trials.ts';

/** What goes wrong under a schedule, with the command that repeats it; undefined if all is well. */
function failureOf(request: ScheduleRequest): string | undefined {
  const schedule = drawSchedule(request);
  const { type, witness } = runSchedule(schedule);
  const { protocol = 'pbft', n, seed } = request;
  return type === 'holds' ? undefined : `${witness} (${describeSchedule(schedule)}; repeat with: generals simulate --protocol ${protocol} --members ${n} --seed ${seed})`;
}

describe('replicas under seeded schedules: safe at every step, and live once the network has healed', () => {
  for (const protocol of ['pbft', 'collector'] as const) {
    for (const n of [4, 7, 10]) {
      const seeds = soaked(100_000);
      it(`${protocol} among ${n}, ${seeds} schedules`, function () {
        this.timeout(0);
        for (let seed = 1; seed <= seeds; seed += 1) {
          const failure = failureOf({ n, seed, protocol });
          if (failure !== undefined) expect.fail(failure);
        }
      });
    }
  }
});

describe('the suite of schedules catches', () => {
  const mutants = { 'a quorum of 2f': smallQuorum, 'a view change whose proofs are not checked': credulous, 'a vote before its write': hurried };
  for (const [name, mutant] of Object.entries(mutants)) {
    it(name, function () {
      this.timeout(0);
      for (let seed = 1; seed <= 2000; seed += 1) {
        const { type, witness = '' } = runSchedule(drawSchedule({ n: 4, seed }), { loyal: mutant as unknown as AnyMachine });
        if (type === 'violated' && witness.includes(' executed ')) return;
      }
      expect.fail('2,000 schedules, and no two loyal replicas ever executed different requests');
    });
  }
});
