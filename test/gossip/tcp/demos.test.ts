import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { cleanEnvironment, projectPath, type Exit } from '../../support/run.ts';
import { skip } from '../../support/skip.ts';

describe('demos of the gossip network', () => {
  before(function () {
    if (spawnSync('bash', ['--version']).status !== 0) skip(this, 'bash is not installed');
  });

  it('demo/gossip.sh shows a network lose a process, and agree on that', async () => {
    const { code, out, err } = await ran('demo/gossip.sh');
    expect([code, err]).to.deep.equal([0, '']);
    const [, victim] = /^\$ kill -KILL (\d+)/m.exec(out)!;
    const [, address] = new RegExp(`P5 listens at (\\S+), process ${victim}\\n`).exec(out)!;
    for (const text of [`Locally suspecting neighbor ${address} as dead.`, `Consensus SUCCESS for dead-node removal ${address} (votes=2/3)`, `Member ${address} is dead`]) expect(out).to.include(text);
  });

  it('demo/forged-death.sh shows one forged line remove a live peer under the older rules, and nobody under ours', async () => {
    const { code, out, err } = await ran('demo/forged-death.sh');
    expect(code).to.equal(0);
    expect(err).to.equal('generals: WARNING: --trust old believes every report and COMMIT: one forged line removes a live peer\n');
    expect(out).to.match(/--trust old\nthe seed answers: DEAD_CONFIRMED\|127\.0\.0\.1\|\d+\n.*Consensus SUCCESS for dead-node removal .* \(votes=[23]\/3\)\n/);
    expect(out).to.match(/--trust probe\nthe seed answers: DEAD_REJECTED\|127\.0\.0\.1\|\d+\n.*Consensus FAILED for dead-node removal .* \(votes=0\/3\)\n/);
    const [, old, ours] = out.split('> why P5\n');
    expect(old).to.match(/S\d was told of its death by P6\n[^]* S\d voted yes to P6, which asked to remove it: votes are given unseen\n/);
    expect(old).to.match(/\n3 seeds and \d+ peers: 1 removal, 1 of somebody alive; .*\nViolated: no live peer is removed: S\d removes P5, which lives and is not cut off\.\n/);
    expect(ours).to.match(/S\d was told of its death by P6\n[^]* S\d looked for itself: it answers\n[^]*S\d counted 0 of 3 seeds: it stays; 1 peer reported it\n/);
    expect(ours).to.match(/\n3 seeds and \d+ peers: 0 removals, 0 of somebody alive; 1 view in the end; .*\nAll that is promised held\.\n$/);
  });

  it('demo/lossy-network.sh compares detectors where packets are lost, and mends a partition', async () => {
    const { code, out, err } = await ran('demo/lossy-network.sh');
    expect(err.replace(/^\d+%: .*\n/gm, '')).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.match(/\nliving peers removed +0 +0 +0\n/);
    expect(out).to.match(/\ninvariants +hold +hold +hold\n/);
    expect(out).to.match(/\n3 seeds and \d+ peers: 1 removal, 0 of somebody alive; 1 view in the end; .*\nAll that is promised held\.\n$/);
  });
});

function ran(path: string): Promise<Exit> {
  const child = spawn('bash', [projectPath(path)], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal, out, err }));
  });
}
