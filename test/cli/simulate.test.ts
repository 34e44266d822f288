import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cared } from '../support/cared.ts';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { withRewritten } from '../support/rewritten.ts';
import { MAIN, cleanEnvironment, generals, here, refusal } from '../support/run.ts';
import { skip } from '../support/skip.ts';

describe('generals simulate', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-simulate-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('tells what replicas did under the schedule of a seed, the same each time', async () => {
    const first = await here(['simulate', '--seed', '59']);
    expect(first.err).to.equal('');
    expect(first.out).to.match(/^4 replicas, replica \d [a-z-]+; /);
    expect(first.out).to.match(/ ms {2}replica \d executed order \d+/);
    expect(first.out).to.match(/\nSafety and liveness held: \d+ batches in the log/);
    expect(first.code).to.equal(0);
    expect(await generals(['simulate', '--seed', '59'])).to.deep.equal(first);
  });

  it('tries many seeds, of one Byzantine kind if asked to', async () => {
    const { out, code } = await here(['simulate', '--protocol', 'collector', '-n', '7', '--schedules', '20', '--kind', 'forged-certificate']);
    expect(out).to.match(/^Safety and liveness held in 20 schedules of [\d,]+ events\.\n$/);
    expect(code).to.equal(0);
  });

  it('runs other systems by their names, among as few nodes as make it worth while', async () => {
    const [broadcast, agreement] = [await here(['simulate', '--protocol', 'bracha', '--seed', '3']), await here(['simulate', '--protocol', 'ben-or', '--seed', '3'])];
    expect(broadcast.out).to.match(/^4 nodes, node 3 replay; 3 broadcasts; [^]* ms {2}node \d delivered "value 2", broadcast 2 of node 2\n[^]*\nAgreement, validity and totality held: 3 broadcasts delivered, /);
    expect(agreement.out).to.match(/^6 nodes, node 1 forgetful; given 1 1 1 1 1 1; [^]* ms {2}node \d decided 1 in round 1\n[^]*\nAgreement, validity and termination held: 1 decided in 1 round, /);
    expect([broadcast.code, agreement.code]).to.deep.equal([0, 0]);
  });

  it('--keep none leaves nothing of a plan, and --keep all the whole', async () => {
    const run = async (...more: string[]): Promise<string> => (await here(['simulate', '--seed', '59', ...more])).out;
    expect(await run('--keep', 'none')).to.match(/^4 replicas, no traitor; 0 requests of [^]*; 0 partitions, 0 crashes, 0 pauses; 0 of 256 messages lost, 0 repeated, each up to 1 ms late\.\n/);
    expect(await run('--keep', 'all')).to.equal(await run());
  });

  it('says that it does not know where coins did not fall alike, and ends with 1', async () => {
    const { out, code } = await here(['simulate', '--protocol', 'ben-or', '--members', '56', '--seed', '4', '--schedules', '2']);
    expect(out).to.match(/^Agreement, validity and termination held in [01] of 2 schedules; of the others nothing is known\.\nUnknown: in 100 rounds the coins [^]*\nTo repeat it: .* simulate --protocol ben-or --members 56 --seed 4\n$/);
    expect(code).to.equal(1);
  }).timeout(60_000);

  it('knows the collector as ccro, too', async () => {
    const [ccro, collector] = [await here(['simulate', '--protocol', 'ccro', '--json']), await here(['simulate', '--protocol', 'collector', '--json'])];
    expect(ccro).to.deep.equal(collector);
    expect(JSON.parse(ccro.out)).to.include({ protocol: 'collector' });
  });

  it('--json answers by one object', async () => {
    expect(JSON.parse((await here(['simulate', '--json'])).out)).to.include({ v: 1, protocol: 'pbft', members: 4, seed: 1, type: 'holds' });
  });

  it('--trace writes all that happened as JSON lines, the same each time', async () => {
    const file = join(folder, 'trace.jsonl');
    const { out, err, code } = await here(['simulate', '--seed', '59', '--trace', file]);
    expect([err, code]).to.deep.equal(['', 0]);
    const lines = readFileSync(file, 'utf8');
    const facts = lines.trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; at?: number });
    expect(facts[0]).to.deep.include({ v: 2, type: 'scheduled', protocol: 'pbft', members: [0, 1, 2, 3], seed: 59 });
    expect(facts.at(-1)).to.include({ type: 'judged', verdict: 'holds' });
    const told = facts.slice(1, -1);
    expect(told.every(({ at }, index) => at! >= (told[index - 1]?.at ?? 0))).to.equal(true);
    const count = (type: string): number => told.filter((fact) => fact.type === type).length;
    expect(count('executed')).to.equal(out.match(/ executed .* at sequence number /g)!.length);
    expect(count('asked')).to.equal(Number(/ (\d+) requests of /.exec(out)![1]));
    expect(count('sent')).to.be.above(100);
    await here(['simulate', '--seed', '59', '--trace', file, '--json']);
    expect(readFileSync(file, 'utf8')).to.equal(lines);
  });

  it('says what is violated by which seed, and how to repeat it; the command given repeats it', async () => {
    await withRewritten({ file: 'client', words: 'same.length < oneLoyal(members.length)', by: 'same.length < 1' }, async (source) => {
      const run = (...args: string[]) => spawnSync(process.execPath, [join(source, 'main.js'), 'simulate', ...args], { encoding: 'utf8', env: cleanEnvironment() });
      const { status, stdout } = run('--members', '7', '--kind', 'malicious', '--schedules', '100');
      expect(status).to.equal(3);
      const [, witness, command, kept] = /^(Violated: client \d+ believes .*\.)\nTo repeat it: node \S+main\.js simulate (--protocol pbft --members 7 --seed \d+ --kind malicious --keep (\S+))\n$/.exec(stdout)!;
      const again = run(...command!.split(' '));
      expect(again.status).to.equal(3);
      expect(again.stdout).to.include(witness);
      // Of the plan only what it takes is left: a liar, what it lies about, and what has the liar be heard first.
      expect(kept).to.match(/^traitor\d,/);
      expect(kept!.split(',').length).to.be.at.most(6);
      const whole = run('--members', '7', '--kind', 'malicious', '--seed', /--seed (\d+)/.exec(command!)![1]!);
      expect(whole.status).to.equal(3);
      expect(whole.stdout).to.match(/\n\d+ parts of the plan of this seed are left out, as the others break it alone\.\n/);
      expect(whole.stdout).to.include(`--keep ${kept}\n`);
      expect(JSON.parse(run(...command!.split(' '), '--json').stdout)).to.include({ type: 'violated', seed: Number(/--seed (\d+)/.exec(command!)![1]) });
    });
  });

  it('shows at a terminal how far it is; stopped by Ctrl-C it says what it covered, and never that all held', async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    const pty = openPty([process.execPath, MAIN, 'simulate', '--schedules', '1000000'], { cols: 120 });
    try {
      await pty.until(/0% \d+ of 1,000,000 schedules, .* left/);
      pty.type('\u0003');
      expect(await pty.exit).to.equal(1);
      expect(pty.screen().join('\n')).to.match(/^Stopped: safety and liveness held in [\d,]+ of 1,000,000 schedules/m);
    } finally {
      await pty.close();
    }
  });

  it('says so in a pipe by plain lines, beside the result', async () => {
    const child = cared(spawn(process.execPath, [MAIN, 'simulate', '--schedules', '1000000', '--seed', '7', '--no-color'], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] }));
    const out = text(child.stdout);
    const [line] = (await once(child.stderr.setEncoding('utf8'), 'data')) as [string];
    expect(line).to.match(/^0%: [\d,]+ of 1,000,000 schedules, [\d,]+ schedules\/s, .* left\n$/);
    child.kill('SIGINT');
    expect(await once(child, 'close')).to.deep.equal([1, null]);
    expect(await out).to.match(/^Stopped: safety and liveness held in [\d,]+ of 1,000,000 schedules, those of the seeds from 7 on, of [\d,]+ events\.\n$/);
  });

  const mistakes: readonly [args: string, line: RegExp][] = [
    ['--kind foo', /^generals: there is no Byzantine kind "foo": offline, malicious, .*twins/],
    ['--protocol ben-or --kind flood', /^generals: with ben-or there is no Byzantine kind "flood": offline, liar, .*twins/],
    ['--protocol oral', /^generals: there is no protocol to simulate "oral": pbft, collector/],
    ['--members 0', /^generals: --members is a whole number from 1 to 256/],
    ['--schedules 0', /^generals: --schedules is a whole number from 1 on/],
    ['--seed -1', /^generals: .*--seed/],
    ['--schedules 2 --trace x', /^generals: --trace is for the schedule of one seed: leave out --schedules/],
    ['--keep cut99', /^generals: the plan of this seed has no part "cut99": .*request1, .*or all, or none/],
    ['--schedules 2 --keep none', /^generals: --keep is for the schedule of one seed: leave out --schedules/],
    ['--trace /nowhere/x', /^generals: .*\/nowhere\/x.* cannot be written/],
    ['4', /^generals: simulate takes options only/],
  ];
  for (const [args, line] of mistakes) {
    it(`${args} is a mistake, told in one line`, async () => {
      const { err } = await refusal(['simulate', ...args.split(' ')]);
      expect(err).to.match(line);
      expect(err.trimEnd().split('\n')).to.have.length(1);
    });
  }

  it('ends with 2 after a mistake', async () => {
    expect(await generals(['simulate', '4'])).to.deep.equal({ code: 2, ...(await refusal(['simulate', '4'])) });
  });
});
