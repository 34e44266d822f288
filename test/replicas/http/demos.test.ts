import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { cleanEnvironment, projectPath, type Exit } from '../../support/run.ts';
import { skip } from '../../support/skip.ts';

const ALL = [[4, 'pbft', 24], [4, 'collector', 15], [7, 'pbft', 84], [7, 'collector', 30], [10, 'pbft', 180], [10, 'collector', 45], [13, 'pbft', 312], [13, 'collector', 60]] as const;

/** But in a soak the smallest: to start the clusters is what takes long, and larger ones are counted by `test/cli/compare.test.ts` and where many replicas are. */
const COSTS = process.env['SOAK'] === '1' ? ALL : ALL.slice(0, 2);

describe('demos over HTTP, with a real curl', () => {
  before(function () {
    const missing = ['bash', 'curl'].filter((program) => spawnSync(program, ['--version']).status !== 0);
    if (missing.length > 0) skip(this, `${missing.join(' and ')} not installed`);
  });

  it('demo/pbft.sh shows four replicas decide, one of them off', async () => {
    const { code, out, err } = await ran('demo/pbft.sh');
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.include('Byzantine Nodes: 1  -> [3]\nByzantine Kind: offline\nCommander Node: 1 -> 0\n');
    expect(out).to.include('"Node 0 Up and Running"');
    expect(out).to.match(/\n\nPBFT Consensus Time: [\d.]+s\nDecision: "very-important-data"\nPBFT Consensus Time: [\d.]+s\nNode 0 -> [1-9]\d* Correct 0 Corrupt\n/);
    expect(out).to.match(/\nNode 3 -> 0 Correct 0 Corrupt\n/);
    expect(out).to.include('"tail":["very-important-data"]');
    expect(out).to.match(/generals_messages_sent_total\{type="preprepare"\} \d+\n/);
  });

  it('demo/collector-vs-pbft.sh counts what agreement costs, and draws it', async () => {
    const { code, out, err } = await ran('demo/collector-vs-pbft.sh', ...(COSTS === ALL ? [] : ['1', '4']));
    // How far it is, where that takes long.
    expect(err.replace(/^\d+%: .*\n/gm, '')).to.equal('');
    expect(code).to.equal(0);
    // A slow machine may have nodes say something again that is late.
    const [, pbft, collector] = /^pbft {6}among 7: (\d+) HTTP requests .*\ncollector among 7: (\d+) HTTP requests/.exec(out)!.map(Number);
    expect(pbft).to.be.at.least(84);
    expect(collector).to.be.at.least(30);
    for (const [n, protocol, messages] of COSTS) {
      expect(out).to.match(new RegExp(`^ +${n}  ${protocol} +${messages} +${messages} +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+$`, 'm'));
    }
    expect(out).to.match(/\nmilliseconds to its answer\nn = 4 {3}pbft {6}█+ [\d.]+\n/);
  });
});

function ran(path: string, ...args: readonly string[]): Promise<Exit> {
  const child = spawn('bash', [projectPath(path), ...args], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal, out, err }));
  });
}
