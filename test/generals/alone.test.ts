import { expect } from 'chai';
import { Army } from '../../src/index.ts';
import type { Idleness } from '../support/measure.ts';
import { measured } from '../support/measured.ts';

const THREADS = { host: 'threads', seed: 1, primary: 1, protocol: 'king' } as const;

/** What others on the machine would change. */
describe('an army of threads that has the machine to itself', () => {
  it('gives nobody up in an order of many rounds that takes longer than the deadline, as long as all go on', async () => {
    const first = await Army.muster(22, { ...THREADS, deadline: 60_000 });
    const start = performance.now();
    await first.order('attack');
    const deadline = Math.ceil((performance.now() - start) / 3);
    await first.disband();
    await using second = await Army.muster(22, { ...THREADS, deadline });
    const { account, verdict } = await second.order('attack');
    expect(account.losses).to.deep.equal([]);
    expect(verdict).to.include({ type: 'execute', order: 'attack', votes: 21 });
  });

  it('uses no CPU while it has nothing to do', async () => {
    const { cpu, elapsed } = await measured<Idleness>('idle', '16', '1000');
    // It is half a millisecond, of which the timer itself has a share. One wake-up of 17 threads every 100 ms would take
    // more than the bound, and a loop that waits for something would take all there is.
    expect(cpu / elapsed, `${cpu} ms of CPU in ${elapsed} ms`).to.be.lessThan(0.02);
  });
});
