import { expect } from 'chai';
import { cpuTime } from '../../src/runtime/cpu-time.ts';

describe('processor time', () => {
  const cpuUsage = Object.getOwnPropertyDescriptor(process, 'cpuUsage')!;
  afterEach(() => Object.defineProperty(process, 'cpuUsage', cpuUsage));

  it('is what was computed, and no more than a second where a machine stood still meanwhile', () => {
    let microseconds = 1_000_000_000;
    process.cpuUsage = () => ({ user: microseconds, system: 500 });
    const begun = cpuTime();
    const takes = (milliseconds: number): number => ((microseconds += milliseconds * 1000), Math.round(cpuTime() - begun));
    expect([takes(700), takes(30_000), takes(300)]).to.deep.equal([700, 1700, 2000]);
  });
});
