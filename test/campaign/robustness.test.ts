import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Results } from '../../src/campaign/results.ts';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { COUNTING, MAIN, cleanEnvironment, generals, here, type Exit } from '../support/run.ts';
import { skip } from '../support/skip.ts';

/** Long enough that it can be stopped in its middle, and small enough that it can be run to its end. */
const WORDS = ['campaign', '--members', '4..6', '--faults', '1', '--orders', '4000', '--seed', '9', '--engine', 'simulator', '--threads', '1'];

/** For what does not stop it in its middle: fewer cells, and fewer orders. */
const FEW = WORDS.map((word) => (word === '4000' ? '100' : word === '4..6' ? '4..5' : word));

/** What is to be stopped runs behind these tests, so that on a busy machine they stop it before it is done. */
const BEHIND = ['nice', '-n', '19'];

describe('a campaign in trouble', () => {
  let folder = '';
  let whole = '';
  let few = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-trouble-'));
    for (const [words, name] of [[WORDS, 'whole'], [FEW, 'few']] as const) await here([...words, '--out', path(name)]);
    [whole, few] = [read('whole/results.json'), read('few/results.json')];
  });
  after(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(path(name), 'utf8');
  const ordersIn = (text: string): number => (JSON.parse(text) as Results).cells.reduce((sum, { counts }) => sum + counts.orders, 0);

  for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    it(`that ${signal} stops writes what it has, ends with ${status}${signal === 'SIGINT' ? ', and can be resumed to the very same numbers' : ''}`, async () => {
      const out = path(signal);
      const { child, exit } = begun([...WORDS, '--out', out], 'pipe', BEHIND);
      await line(child, COUNTING);
      child.kill(signal);
      const { code, out: table, err } = await exit;
      expect(code, err).to.equal(status);
      expect(table).to.include('PARTIAL').and.to.include(`written to ${out}`);
      expect(readdirSync(out)).to.include.members(['results.json', 'results.csv', 'report.html', 'messages.svg']);
      expect(ordersIn(read(`${signal}/results.json`))).to.be.within(1, ordersIn(whole) - 1);
      // Whatever stopped it: what is written is the same.
      if (signal === 'SIGTERM') return;
      expect((await here(['campaign', '--resume', out])).code).to.equal(0);
      expect(read(`${signal}/results.json`)).to.equal(whole);
    });
  }

  it('shows at a terminal how far it is, with rate and time left; Ctrl-C leaves the partial table', async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    const pty = openPty([process.execPath, MAIN, 'campaign', '--members', '7', '--faults', '2', '--orders', '1e7', '--engine', 'simulator', '--seed', '1'], { cols: 120, env: { NO_COLOR: undefined, FORCE_COLOR: undefined } });
    try {
      await pty.until(/\d% 0\/1 cells, [\d,]+ orders\/s, \d+ \w+ left/);
      pty.type('\u0003');
      expect(await pty.exit).to.equal(130);
      expect(pty.screen().join('\n')).to.match(/PARTIAL: the campaign was stopped before its end/).and.not.to.match(/cells, /);
    } finally {
      await pty.close();
    }
  });

  it('that would take days says so and does nothing; with --yes it begins', async () => {
    const words = ['campaign', '--protocol', 'king', '--members', '4,100', '--orders', '1e9', '--seed', '1', '--threads', '1'];
    const { code, out, err } = await here(words);
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.match(/^generals: this takes about [\d,]+ days on one thread: --yes runs it all the same, fewer --orders take less[^\n]*\n$/);
    expect((await here(['campaign', '--members', '16', '--orders', '4e9', '--engine', 'simulator', '--threads', '2'])).err).to.match(/this takes about \d+ (h|min|days) on 2 threads: --yes/);
    const { child, exit } = begun([...words, '--yes']);
    await line(child, COUNTING);
    child.kill('SIGINT');
    expect((await exit).code).to.equal(130);
  });

  it('whose disk is full from the beginning says in one line that nothing is saved, before it has counted anything', async () => {
    const { code, out, err } = await crowded('--out', path('crowded'), 1);
    expectUnsaved(err, 'nothing was saved');
    expect(out).to.include('PARTIAL');
    expect(code).to.equal(1);
    expect(readdirSync(path('crowded')), 'no half of a file is left').to.deep.equal(['lock']);
  });

  it('whose disk becomes full loses nothing of what was saved, and can be resumed to the very same numbers', async () => {
    await stoppedOnce(path('filled'));
    const before = read('filled/results.json');
    const { code, out, err } = await crowded('--resume', path('filled'), 2);
    expectUnsaved(err, '--resume goes on from what was saved before');
    expect(code).to.equal(1);
    expect(out).to.include('PARTIAL');
    expect(read('filled/results.json')).to.equal(before);
    expect(readdirSync(path('filled')).filter((name) => name.includes('half'))).to.deep.equal([]);
    expect((await here(['campaign', '--resume', path('filled')])).code).to.equal(0);
    expect(read('filled/results.json')).to.equal(whole);
  });

  for (const option of ['--resume', '--out']) {
    it(`is refused in one line where another one runs, and changes nothing there: ${option}`, async () => {
      const out = path(`twice${option}`);
      if (option === '--resume') await stoppedOnce(out);
      const first = begun(option === '--resume' ? ['campaign', option, out] : [...WORDS, option, out], 'pipe', BEHIND);
      await line(first.child, COUNTING);
      first.child.kill('SIGSTOP');
      const before = readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]);
      const second = await generals(['campaign', '--resume', out]);
      expect(second.err).to.match(new RegExp(`^generals: "${out}" is in use: its lock names "process ${first.child.pid} on [^"]*" – see generals campaign --help\n$`));
      expect([second.code, second.out]).to.deep.equal([2, '']);
      expect(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')])).to.deep.equal(before);
      // That what it has is still good shows in one of the two, which is let come to its end.
      if (option === '--out') return void first.child.kill('SIGKILL');
      first.child.kill('SIGCONT');
      expect((await first.exit).code).to.equal(0);
      expect(readFileSync(join(out, 'results.json'), 'utf8')).to.equal(whole);
    });
  }

  it('that has room for its results but not for its report keeps the results', async () => {
    // The results take some 3 KB here, the report more than 40.
    const { code, err } = await crowded('--out', path('narrow'), 30);
    expect(err).to.match(/(report\.html|svg)" cannot be written/);
    expect(code).to.equal(1);
    expect(read('narrow/results.json')).to.equal(few);
  });

  it('on a file system that is full says so in one line', async function () {
    const disk = path('disk');
    mkdirSync(disk);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk], { encoding: 'utf8' });
    if (status !== 0) skip(this, `no file system can be mounted: ${stderr.trim().split('\n')[0]}`);
    try {
      const { code, err } = await generals([...FEW, '--out', join(disk, 'out')]);
      expectUnsaved(err, 'no space is left; what is shown is all that was counted, and nothing was saved');
      expect(code).to.equal(1);
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('whose table cannot be written says so in one line, and its folder is whole', async function () {
    if (!existsSync('/dev/full')) skip(this, 'there is no /dev/full');
    const full = openSync('/dev/full', 'w');
    const { exit } = begun([...FEW, '--out', path('mute')], ['ignore', full, 'pipe']);
    const { code, err } = await exit;
    closeSync(full);
    expect(code).to.equal(1);
    expect(err.trimEnd().split('\n').at(-1)).to.equal('generals: standard output cannot be written: no space is left');
    expect(read('mute/results.json')).to.equal(few);
  });

  it('whose reader goes away ends quietly, and its folder is whole', async () => {
    const { child, exit } = begun([...FEW, '--out', path('unread')]);
    child.stdout!.destroy();
    const { code, err } = await exit;
    expect(code).to.equal(0);
    expect(err).not.to.match(/EPIPE|internal error/);
    expect(read('unread/results.json')).to.equal(few);
  });

  it('whose progress nobody reads goes on all the same', async () => {
    const { child, exit } = begun(FEW);
    child.stderr!.destroy();
    const { code, out } = await exit;
    expect(code).to.equal(0);
    expect(out).to.include('exchange  1  5  1').and.not.to.include('PARTIAL');
  });

  it('leaves out what cannot be, and says why', async () => {
    const { code, out } = await here(['campaign', '--protocol', 'oral', '--members', '3..4', '--faults', '0..4', '--m', '2', '--orders', '5', '--seed', '1']);
    expect(code).to.equal(0);
    expect(out).to.include('left out: n=3 f=4: more traitors than generals').and.to.include('left out: oral m=2 n=3: OM(2) does not fit 3 generals');
  });

  /** A folder with a campaign that was stopped once. */
  async function stoppedOnce(out: string): Promise<void> {
    const { child, exit } = begun([...WORDS, '--out', out], 'pipe', BEHIND);
    await line(child, COUNTING);
    child.kill('SIGINT');
    await exit;
  }

  /** Where no file can grow beyond so many KB: writing fails in the middle, as on a disk that fills up. */
  async function crowded(option: string, out: string, kilobytes: number): Promise<Exit> {
    const words = option === '--resume' ? ['campaign'] : FEW;
    const { exit } = begun([...words, option, out], 'pipe', ['bash', '-c', `ulimit -f ${kilobytes}; exec "$0" "$@"`]);
    return exit;
  }
});

function expectUnsaved(err: string, says: string): void {
  const told = err.split('\n').filter((one) => one.startsWith('generals: '));
  expect(told, err).to.have.lengthOf(1);
  expect(told[0]).to.include('results.json" cannot be written: ').and.to.include(says);
}

function begun(words: readonly string[], stdio: StdioOptions = 'pipe', through: readonly string[] = []): { readonly child: ChildProcess; readonly exit: Promise<Exit> } {
  const [program, ...args] = [...through, process.execPath, MAIN, ...words];
  const child = spawn(program!, args, { env: cleanEnvironment(), stdio });
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exit = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code: code ?? signal, out, err })));
  return { child, exit };
}

/** Waits for a line of standard error. */
function line(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stderr!.on('data', (text: string) => {
      seen += text;
      if (seen.split('\n').some((one) => pattern.test(one))) resolve();
    });
    child.once('close', () => reject(new Error(`the program ended, having said ${JSON.stringify(seen)}`)));
  });
}
