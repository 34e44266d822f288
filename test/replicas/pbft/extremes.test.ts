import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { projectPath } from '../../support/run.ts';

describe('Numbers at their extremes, in every numeric field of every message of PBFT,', () => {
  it('hang no replica and no client, whatever they were about, and none is taken that nothing counts to', function () {
    this.timeout(0);
    // What does not end by itself is ended: it takes a few seconds.
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [projectPath('dist/test/support/extremes.js')], { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
    expect({ status, signal, stderr }).to.deep.equal({ status: 0, signal: null, stderr: '' });
    const { fields, steps, taken } = JSON.parse(stdout) as { fields: number; steps: number; taken: string[] };
    expect(taken).to.deep.equal([]);
    expect(fields).to.be.above(80);
    expect(steps).to.be.above(2000);
  });
});
