import { expect } from 'chai';
import { generals } from '../support/run.ts';

describe('generals simulate', () => {
  it('tells what replicas did under the schedule of a seed, the same each time', async () => {
    const first = await generals(['simulate', '--seed', '59']);
    expect(first.err).to.equal('');
    expect(first.out).to.match(/^4 replicas, replica \d [a-z-]+; /);
    expect(first.out).to.match(/ ms {2}replica \d executed order \d+/);
    expect(first.out).to.match(/\nSafety and liveness held: \d+ places of the log/);
    expect(first.code).to.equal(0);
    expect((await generals(['simulate', '--seed', '59'])).out).to.equal(first.out);
  });

  it('tries many seeds, of one Byzantine kind if asked to', async () => {
    const { out, code } = await generals(['simulate', '--protocol', 'collector', '-n', '7', '--schedules', '20', '--kind', 'forged-certificate']);
    expect(out).to.match(/^Safety and liveness held in 20 schedules of \d+ events\.\n$/);
    expect(code).to.equal(0);
  });

  it('--json answers by one object', async () => {
    expect(JSON.parse((await generals(['simulate', '--json'])).out)).to.include({ v: 1, protocol: 'pbft', members: 4, seed: 1, type: 'holds' });
  });

  const mistakes: readonly [args: string, line: RegExp][] = [
    ['--kind foo', /^generals: there is no Byzantine kind "foo": offline, malicious, .*twins/],
    ['--protocol oral', /^generals: there is no protocol "oral" of replicas: pbft, collector/],
    ['--members 0', /^generals: --members is a whole number from 1 to 256/],
    ['4', /^generals: simulate takes options only/],
  ];
  for (const [args, line] of mistakes) {
    it(`${args} is a mistake, told in one line`, async () => {
      const { err, code } = await generals(['simulate', ...args.split(' ')]);
      expect(err).to.match(line);
      expect(err.trimEnd().split('\n')).to.have.length(1);
      expect(code).to.equal(2);
    });
  }
});
