import { expect } from 'chai';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import type { AnyMachine } from '../../../src/replicas/sim/network.ts';
import { runSchedule } from '../../../src/replicas/sim/run.ts';
import { describeSchedule, drawSchedule, type ScheduleRequest } from '../../../src/replicas/sim/schedule.ts';
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
  for (const protocol of ['pbft', 'collector'] as const) {
    it(`${protocol}: are no different`, () => {
      for (let seed = 1; seed <= 60; seed += 1) {
        const schedule = drawSchedule({ n: 4, seed, protocol });
        expect(runSchedule(schedule, { loyal: wired as unknown as AnyMachine }), `seed ${seed}`).to.deep.equal(runSchedule(schedule));
      }
    });
  }
});

describe('a schedule that is observed', () => {
  const schedule = drawSchedule({ n: 4, seed: 14 });

  it('ends as when nobody looks', () => {
    expect(runSchedule(schedule, { observe: () => undefined })).to.deep.equal(runSchedule(schedule));
  });

  it('goes on when its observer throws, tells it no more, and hands over what it threw', () => {
    const thrown = new Error('the observer has a bug');
    let told = 0;
    const { observerError, ...outcome } = runSchedule(schedule, {
      observe() {
        told += 1;
        if (told === 10) throw thrown;
      },
    });
    expect(observerError).to.equal(thrown);
    expect(told).to.equal(10);
    expect(outcome).to.deep.equal(runSchedule(schedule));
  });
});
