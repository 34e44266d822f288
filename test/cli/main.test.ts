import { expect } from 'chai';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { philox } from '../../src/core/philox.ts';
import { MAIN, cleanEnvironment, generals, here, projectPath, refusal, type Exit } from '../support/run.ts';

/** A general that hangs is waited for longer than any test lasts, so that nothing ends by a deadline. */
const PATIENT = ['--deadline', '600000'];

/** Most tests are not about threads, and virtual time needs none. */
const SIM = ['--host', 'sim', '--seed', '1'];

describe('the program generals', () => {
  let folder: string;
  const children: ChildProcessWithoutNullStreams[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generals-cli-'));
  });
  after(() => rm(folder, { recursive: true }));
  // A test that failed may have left its program running.
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  async function script(name: string, text: string | Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcessWithoutNullStreams; ended: Promise<Exit> } {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...cleanEnvironment(), ...env } });
    children.push(child);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]): Exit => ({ code: code ?? signal ?? null, out, err }));
    return { child, ended };
  }

  describe('from a pipe', () => {
    it('answers each command, without echo, and exits with 0', async () => {
      const { code, out, err } = await generals(['4', '--seed', '1'], 'g-elect 1\n\n# a comment\nactual-order attack\n');
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.equal(
        [...ROSTER, 'G1, primary, majority=attack, state=NF', ...[2, 3, 4].map((id) => `G${id}, secondary, majority=attack, state=NF`), 'Execute order: attack! Non-faulty nodes in the system – 3 out of 4 quorum suggest attack', ''].join('\n'),
      );
    });

    it('musters four generals if not told how many', async () => {
      expect((await here(SIM, 'g-elect 1\n')).out).to.equal([...ROSTER, ''].join('\n'));
    });

    it('prints the same for the same seed, time and again, and in virtual time', async () => {
      const input = 'g-state 1 faulty\ng-state 5 faulty arbitrary\nactual-order attack\ng-why\ng-add 2\ng-kill 1\nactual-order retreat\ng-protocol oral\nactual-order attack\ng-why 3\ng-state x\n';
      const runs: Exit[] = [];
      for (const options of [[], [], ['--host', 'sim']]) runs.push(await here(['7', '--seed', '77', ...options], input));
      expect(runs[0]!.out).not.to.equal('');
      for (const run of runs) expect(run).to.deep.equal(runs[0]);
      expect((await here(['7', '--seed', '78', '--host', 'sim'], input)).out).not.to.equal(runs[0]!.out);
    });

    it('exits with 1 after a mistake, told on stderr with the line’s number, and goes on behind it', async () => {
      const { code, out, err } = await here(SIM, '\ng-state 1 banana\r\n# x\ng-elect 1\nattack\n');
      expect(code).to.equal(1);
      expect(out).to.equal([...ROSTER, ''].join('\n'));
      expect(err.split('\n')).to.have.length(3);
      expect(err).to.match(/^line 2: "banana" is not a state: .*\nline 5: there is no command "attack".*\n$/);
    });

    it('ends at the first mistake under --fail-fast', async () => {
      const { code, out, err } = await here([...SIM, '--fail-fast'], 'nonsense\ng-state\n');
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.match(/^line 1: [^\n]*\n$/);
    });

    it('ends at exit, and with 0 if there was nothing to do', async () => {
      expect(await here(SIM, 'exit\nnonsense\n')).to.deep.equal({ code: 0, out: '', err: '' });
      expect(await here(SIM, '')).to.deep.equal({ code: 0, out: '', err: '' });
      expect(await here(SIM, '\n\n#\n')).to.deep.equal({ code: 0, out: '', err: '' });
    });

    it('does the last line although no line feed ends it', async () => {
      expect((await here(SIM, 'g-elect 1')).out).to.equal([...ROSTER, ''].join('\n'));
    });

    it('takes a line of 2 MB for one mistake, and goes on', async () => {
      const { code, out, err } = await here(SIM, `${'x'.repeat(2 ** 21)}\ng-elect 1\n`);
      expect([code, out]).to.deep.equal([1, [...ROSTER, ''].join('\n')]);
      expect(err).to.equal('line 1: the line is too long: 1048576 characters at the most\n');
    });

    it('takes 1 MB of binary garbage for as many mistakes as it has lines, and changes nothing', async () => {
      const garbage = Buffer.alloc(2 ** 20);
      for (let at = 0; at < garbage.length; at += 4) garbage.writeUInt32LE(philox(at, 0, 0, 0, 1, 1), at);
      const { code, out, err } = await here(SIM, Buffer.concat([garbage, Buffer.from('\ng-elect 1\n')]));
      expect([code, out]).to.deep.equal([1, [...ROSTER, ''].join('\n')]);
      for (const line of err.trimEnd().split('\n')) expect(line).to.match(/^line \d+: [^\p{Cc}]+$/u);
    });

    it('takes NULs for a mistake', async () => {
      const { code, err } = await here(SIM, Buffer.alloc(100));
      expect(code).to.equal(1);
      expect(err).to.match(/^line 1: there is no command "(\\u0000)+…" – help lists all\n$/);
    });

    it('ends quietly when nobody reads its output any more, as head does', async () => {
      const { child, ended } = start(SIM);
      child.stdout.once('data', () => child.stdout.destroy());
      // Some times what a pipe holds.
      child.stdin.end('help\n'.repeat(500));
      const { code, err } = await ended;
      expect([code, err]).to.deep.equal([0, '']);
    });

    it('answers a command before the next one is written', async () => {
      const { child, ended } = start(SIM);
      for (let seed = 1; seed <= 3; seed += 1) {
        child.stdin.write(`g-seed ${seed}\n`);
        expect((await once(child.stdout, 'data'))[0]).to.equal(`seed ${seed}\n`);
      }
      child.stdin.end();
      expect((await ended).code).to.equal(0);
    });

    it('goes on while a general breaks down, and exits with 0, because that is no mistake', async () => {
      const { code, out, err } = await here(['4', '--seed', '1', ...PATIENT], 'g-elect 1\ng-break 2 exit\nactual-order attack\ng-state\n');
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.include('G2 is lost: it exited with code 1.\n').and.include('G2, secondary, state=lost\n');
    });
  });

  describe('as JSON', () => {
    it('answers each command by one object in the format v: 1, and a mistake by ok: false', async () => {
      const { code, out, err } = await here([...SIM, '--json'], 'g-elect 1\n\nnonsense\nactual-order attack\ng-why\ng-check\nhelp\ng-trace last\nexit\n');
      expect(code).to.equal(1);
      expect(err).to.match(/^line 3: there is no command "nonsense"[^\n]*\n$/);
      const objects = out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(objects.map(({ v, ok, command = null }) => [v, ok, command])).to.deep.equal([
        [1, true, 'g-elect'],
        [1, false, null],
        [1, true, 'actual-order'],
        [1, true, 'g-why'],
        [1, true, 'g-check'],
        [1, true, 'help'],
        [1, true, 'g-trace'],
        [1, true, 'exit'],
      ]);
      expect(objects[0]!['members']).to.deep.equal([1, 2, 3, 4].map((id) => ({ id, name: `G${id}`, role: id === 1 ? 'primary' : 'secondary', state: 'NF' })));
      expect(objects[1]).to.have.all.keys('v', 'ok', 'error').and.property('error').that.matches(/^there is no command "nonsense"/);
      expect(objects[2]).to.deep.include({ number: 1, order: 'attack', verdict: { type: 'execute', order: 'attack', votes: 3, members: 4, faulty: 0 } });
    });

    it('is not coloured, whatever is forced', async () => {
      const { out } = await here([...SIM, '--json'], 'g-state\nactual-order attack\ng-why\n', { FORCE_COLOR: '1' });
      expect(out).not.to.include(ESCAPE);
    });
  });

  describe('colours', () => {
    const coloured = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly [out: boolean, err: boolean]> => {
      const { out, err } = await here([...SIM, ...args], 'g-state 2 faulty\nnonsense\n', env);
      return [out.includes(ESCAPE), err.includes(ESCAPE)];
    };

    it('go through a pipe only if FORCE_COLOR asks for them', async () => {
      expect(await coloured([], {}), 'by default').to.deep.equal([false, false]);
      expect(await coloured([], { FORCE_COLOR: '1' }), 'FORCE_COLOR=1').to.deep.equal([true, true]);
      expect(await coloured([], { FORCE_COLOR: '0' }), 'FORCE_COLOR=0').to.deep.equal([false, false]);
      expect(await coloured([], { NO_COLOR: '1' }), 'NO_COLOR=1').to.deep.equal([false, false]);
      expect(await coloured(['--no-color'], {}), '--no-color').to.deep.equal([false, false]);
    });

    it('are refused by --no-color, whatever the environment asks for: who types it means this one run', async () => {
      expect(await coloured(['--no-color'], { FORCE_COLOR: '1' })).to.deep.equal([false, false]);
    });

    it('change no word', async () => {
      const input = 'g-state 2 faulty\nactual-order attack\ng-why\nnonsense\n';
      const [plain, painted] = await Promise.all([generals(SIM, input), generals(SIM, input, { FORCE_COLOR: '1' })]);
      const escapes = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');
      expect(painted.out.replaceAll(escapes, '')).to.equal(plain.out);
      expect(painted.err.replaceAll(escapes, '')).to.equal(plain.err);
    });
  });

  describe('run', () => {
    it('echoes each command, so that the output reads as a transcript, which can be run again', async () => {
      const path = await script('one.txt', '# First.\n\n  g-seed 9 \ng-elect 1\ng-state 2 faulty\nactual-order attack\n');
      const first = await here(['run', path]);
      expect([first.code, first.err]).to.deep.equal([0, '']);
      expect(first.out).to.match(/^generals> g-seed 9\nseed 9\ngenerals> g-elect 1\nG1, primary, state=NF\n/);
      const again = await here(['run', '--host', 'sim', await script('again.txt', first.out)]);
      expect(again).to.deep.equal(first);
    });

    it('reads standard input where the file is -', async () => {
      const { code, out } = await here(['run', '-', ...SIM], 'g-elect 1');
      expect([code, out]).to.deep.equal([0, ['generals> g-elect 1', ...ROSTER, ''].join('\n')]);
    });

    it('runs each file with an army of its own, under its name', async () => {
      const [one, two] = [await script('kill.txt', 'g-kill 4\n'), await script('state.txt', 'g-elect 1\n')];
      const { code, out } = await here(['run', one, two, ...SIM]);
      expect(code).to.equal(0);
      expect(out).to.match(new RegExp(`^# ${one}\ngenerals> g-kill 4\n`)).and.include(`\n\n# ${two}\n${['generals> g-elect 1', ...ROSTER, ''].join('\n')}`);
    });

    it('names file and line of a mistake, exits with 1, and runs the other files all the same, but not under --fail-fast', async () => {
      const [bad, good] = [await script('bad.txt', '\ng-kill 9\ng-seed\n'), await script('good.txt', 'g-seed\n')];
      const all = await here(['run', bad, good, ...SIM]);
      expect(all.code).to.equal(1);
      expect(all.err).to.match(new RegExp(`^${bad}:2: there is no general G9[^\n]*\n$`));
      expect(all.out.match(/^seed 1$/gm)).to.have.length(2);
      const first = await here(['run', bad, good, ...SIM, '--fail-fast']);
      expect(first.code).to.equal(1);
      expect(first.out).not.to.include('seed 1');
    });

    it('runs a script that is a transcript of ours', async () => {
      const { code, out, err } = await here(['run', '--seed', '1', '--host', 'sim', projectPath('test/transcripts/demo-first-order.txt')]);
      expect([code, err]).to.deep.equal([0, '']);
      const transcript = await readFile(projectPath('test/transcripts/demo-first-order.txt'), 'utf8');
      expect(transcript.endsWith(out), out).to.equal(true);
    });

    it('musters as many generals as -n says', async () => {
      const { out } = await here(['run', '-n', '2', '-', ...SIM], 'g-elect 1\n');
      expect(out).to.equal('generals> g-elect 1\nG1, primary, state=NF\nG2, secondary, state=NF\n');
    });

    it('of files that cannot all be read runs none', async () => {
      const good = await script('fine.txt', 'g-state\n');
      for (const [path, reason] of [[join(folder, 'missing.txt'), 'no such file'], [folder, 'folder']] as const) {
        const { code, out, err } = await here(['run', good, path, ...SIM]);
        expect([code, out], path).to.deep.equal([2, '']);
        expect(err).to.match(ONE_LINE).and.include(JSON.stringify(path)).and.include(reason);
      }
    });

    it('runs any bytes of a file, and a file that is empty', async () => {
      expect((await here(['run', await script('empty.txt', ''), ...SIM])).code).to.equal(0);
      const { code, err } = await here(['run', await script('binary', Buffer.from(Array.from({ length: 4096 }, (_, i) => philox(i, 0, 0, 0, 2, 2) % 256))), ...SIM]);
      expect(code).to.equal(1);
      for (const line of err.trimEnd().split('\n')) expect(line).to.match(/^[^\p{Cc}]+$/u);
    });
  });

  describe('a command line that is wrong', () => {
    const wrong: readonly (readonly [args: readonly string[], shows: string])[] = [
      [['0'], '"0"'],
      [['-1'], '-1'],
      [['abc'], '"abc"'],
      [['4.5'], '"4.5"'],
      [[''], '""'],
      [['1e9'], '256'],
      [['4', '5'], '"5"'],
      [['1000'], '256'],
      [['--max-generals', '10', '11'], '10'],
      [['--max-generals', '0'], '"0"'],
      [['-n', '300'], '256'],
      [['--nope'], '--nope'],
      [['--seed'], '--seed'],
      [['--seed', 'x'], '"x"'],
      [['--seed=-1'], '"-1"'],
      [['--seed', '1e17'], 'seed'],
      [['--deadline', '0'], '"0"'],
      [['--deadline', '1e12'], 'deadline'],
      [['--host', 'moon'], '"moon"'],
      [['--protocol', 'nonsense'], '"nonsense"'],
      [['--json=yes'], '--json'],
      [['run'], 'run <file'],
      [['\u001b[2J'], '\\u001b'],
    ];
    for (const [args, shows] of wrong) {
      it(`is told in one line, which shows how it is meant: generals ${args.map((word) => (/^[\w.=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`, async () => {
        const { out, err } = await refusal(args);
        expect(out).to.equal('');
        expect(err).to.match(ONE_LINE).and.include(shows);
        expect(err).to.match(/ – see generals (run )?--help\n$/);
      });
    }

    it('ends with 2, and what is in the pipe is not read', async () => {
      for (const args of [['0'], ['run']]) expect(await generals(args, 'g-state\n')).to.deep.equal({ code: 2, ...(await refusal(args)) });
    });

    it('may be so by the limit only: --max-generals lifts it', async () => {
      const { code, out } = await here(['300', '--max-generals', '300', '--host', 'sim', '--seed', '1'], 'g-state\ng-add 1\n');
      expect(code, 'g-add 1 is one too many').to.equal(1);
      expect(out.trimEnd().split('\n')).to.have.length(300);
    });
  });

  describe('help and version', () => {
    it('are told on stdout, with exit status 0, whatever else is asked for', async () => {
      const { version } = JSON.parse(await readFile(projectPath('package.json'), 'utf8')) as { version: string };
      for (const args of [['--version'], ['-V'], ['run', 'nowhere.txt', '--version']]) expect(await here(args), args.join(' ')).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
      for (const args of [['--help'], ['-h'], ['7', '--help']]) {
        const { code, out, err } = await here(args);
        expect([code, err]).to.deep.equal([0, '']);
        expect(out).to.match(/^Generals that agree .*\n\nUsage:\n {2}generals \[N\]/);
      }
    });
  });

  describe('a signal', () => {
    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
      it(`${signal} ends all threads of an idle army, with exit status ${status}`, async () => {
        const { child, ended } = start(['4', '--seed', '1']);
        child.stdin.write('g-seed\n');
        await once(child.stdout, 'data');
        child.kill(signal);
        expect(await ended).to.deep.equal({ code: status, out: 'seed 1\n', err: '' });
      });

      it(`${signal} ends an order under way, though a general hangs, with exit status ${status}`, async () => {
        const { child, ended } = start(['4', '--seed', '1', ...PATIENT]);
        child.stdin.write('g-break 2 hang\nactual-order attack\n');
        await once(child.stdout, 'data');
        child.kill(signal);
        const { code, err } = await ended;
        expect([code, err]).to.deep.equal([status, '']);
      });

      it(`${signal} ends the muster, with exit status ${status}`, async () => {
        // The program sends it to itself as soon as the first of its threads is started.
        const hook = `data:text/javascript,process.once('worker', () => process.kill(process.pid, '${signal}'))`;
        const { child, ended } = start(['6', '--seed', '1'], { NODE_OPTIONS: `--import "${hook}"` });
        child.stdin.write('g-state\n');
        const { code, err } = await ended;
        expect([code, err]).to.deep.equal([status, '']);
      });
    }
  });
});

const ROSTER = ['G1, primary, state=NF', 'G2, secondary, state=NF', 'G3, secondary, state=NF', 'G4, secondary, state=NF'];

const ESCAPE = '\u001b';

/** What the program says to a wrong command line: one line without control characters. */
const ONE_LINE = /^generals: [^\p{Cc}]+\n$/u;
