import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FACES } from '../../src/cli/faces.ts';
import { cleanEnvironment, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';
import { soaked } from '../support/trials.ts';

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

describe('what can be read can be typed', function () {
  this.timeout(240_000);
  let folder: string;
  const running = new Set<ChildProcess>();

  /** A folder like that of a fresh clone, but that what is written there disturbs nobody. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-'));
    for (const part of ['package.json', 'scripts', 'demo', 'dist', 'node_modules']) symlinkSync(projectPath(part), join(folder, part));
  });
  afterEach(() => {
    for (const child of running) process.kill(-child.pid!, 'SIGKILL');
    running.clear();
  });
  after(() => rmSync(folder, { recursive: true }));

  function shell(line: string, cwd = folder): Ran {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, env: cleanEnvironment(), encoding: 'utf8', input: '' });
    return { status, out: stdout, err: stderr };
  }

  /** Starts what goes on until Ctrl-C. @returns the first line that begins so, and what ends it, with its exit status */
  async function begun(line: string, start: string, cwd = folder): Promise<{ readonly shown: string; end(): Promise<number | null> }> {
    const child = spawn('sh', ['-c', line], { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    running.add(child);
    const ended = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
    for await (const shown of createInterface({ input: child.stdout })) {
      if (!shown.startsWith(start)) continue;
      child.stdout.resume();
      return {
        shown,
        end() {
          // As the terminal does it: to all of them.
          process.kill(-child.pid!, 'SIGINT');
          return ended;
        },
      };
    }
    return expect.fail(`${line} ended without a line that begins with ${start}`);
  }

  describe('in help:', () => {
    // Some write what others read.
    const order = ['check', 'run', 'trace', 'campaign', 'replay', 'simulate', 'demo', 'completion', 'help', ''];
    for (const name of order) {
      for (const [example, about] of FACES.find((one) => one.name === name)!.examples) {
        it(`generals ${example} – ${about}`, () => {
          const { status, out, err } = shell(inShare(`generals ${example}`));
          expect(withoutProgress(err)).to.equal('');
          expect(status).to.equal(example.includes('--members 3') ? 3 : 0);
          if (name !== '') expect(out).not.to.equal('');
        });
      }
    }

    it('are all of these, and what goes on until Ctrl-C', () => {
      expect(FACES.map(({ name }) => name)).to.have.members([...order, 'cluster', 'replica']);
    });

    for (const [example, about] of FACES.find(({ name }) => name === 'cluster')!.examples) {
      it(`generals ${example} – ${about}`, async () => {
        const start = example.includes('--json') ? '{"v":1,"type":"ready"' : 'Ready: ';
        const cluster = await begun(`exec generals ${example.includes('--port') ? example : `${example} --port 0`}`, start);
        expect(await cluster.end()).to.equal(130);
      });
    }

    it('generals replica, each example', async () => {
      const place = join(folder, 'cluster');
      const urls = (await freePorts(4)).map((port) => `http://127.0.0.1:${port}`);
      expect(shell(`generals cluster --urls ${urls.join(',')} --data cluster`).status).to.equal(0);
      const [first, repair] = FACES.find(({ name }) => name === 'replica')!.examples.map(([example]) => example);
      const replica = await begun(`exec generals ${first}`, 'Node 0: ', place);
      expect(await replica.end()).to.equal(130);
      expect(shell(`generals ${repair}`, place)).to.deep.include({ status: 0, err: '' });
    });
  });

  describe('in the README:', () => {
    before(() => rmSync(join(folder, 'report'), { recursive: true, force: true }));

    const readme = readFileSync(projectPath('README.md'), 'utf8');
    const blocks = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n')).map((line) => line.replace(/ +# .*$/, ''));
    const shown = [...readme.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line!);
    // The whole of the tests, and what they are run from; and what takes a port, or another machine.
    const isApart = (line: string): boolean => /npm (ci|install|pack)|npm start --silent -- cluster|^curl|npm run bench|npm run soak/.test(line);
    for (const line of [...blocks, ...shown].filter((one) => !isApart(one))) {
      it(line, () => {
        const { status, err } = shell(inShare(line));
        expect(withoutProgress(err)).to.equal('');
        expect(status).to.equal(/check .*--members 3/.test(line) ? 3 : 0);
      });
    }

    it('the cluster, and what curl posts to it', async function () {
      if (spawnSync('curl', ['--version']).status !== 0) skip(this, 'curl is not installed');
      const [start, post] = blocks.filter((line) => /npm start --silent -- cluster|^curl/.test(line));
      const cluster = await begun(`${start} --port 0`, 'Ready: ');
      const { host } = new URL(/http:\S+/.exec(cluster.shown)![0]);
      expect(shell(post!.replace('localhost:8080', host).replace('curl ', 'curl -sS ')).out).to.match(/^PBFT Consensus Time: [\d.]+s$/m);
      // npm ends by the signal's number, or by the signal itself.
      expect([130, null]).to.include(await cluster.end());
    });
  });

  describe('in what the program suggests:', () => {
    /** What is typed, and what may be taken from what it says; of each place in the source that makes one. */
    const mistakes: readonly (readonly [place: string, typed: string, suggested: RegExp])[] = [
      ['run.ts', 'generals chek --members 4', /, did you mean (.*)\?$/],
      ['run.ts', 'generals check --membrs 4', /, did you mean (.*)\?$/],
      ['run.ts', 'generals check --membrs=4', /, did you mean (.*)\?$/],
      ['run.ts', 'generals check --protocol orall --members 4', /, did you mean (.*)\?$/],
      ['run.ts', 'generals check --protocol=orall --members 4', /, did you mean (.*)\?$/],
      ['run.ts', "generals run --fail-fst 'demo/first-order.txt'", /, did you mean (.*)\?$/],
      ['run.ts', 'generals help simulat', /, did you mean (.*)\?$/],
      ['run.ts', 'generals demo first-ordr', /, did you mean (.*)\?$/],
      ['run.ts', 'generals check --members none', / – see (.*)$/],
      ['run.ts', 'generals 0', / – see (.*)$/],
      ['run.ts', 'npm start --silent -- chek --members 4', /, did you mean (.*)\?$/],
      ['run.ts', 'node dist/bin/generals.js 4 --see 1', /, did you mean (.*)\?$/],
      ['faces', 'generals completion', /: (generals completion \w+) – /],
      ['check.ts', "generals check --members 3 --save 'my lie.txt'", /^to repeat it: (.*)$/m],
      ['check.ts', 'npm start --silent -- check --members 3 --save lie.txt', /^to repeat it: (.*)$/m],
      ['demo.ts', 'generals demo', /^To see one: (.*)$/m],
      ['help.ts', 'generals --help', /^(generals help check) explains check/m],
    ];
    for (const [, typed, suggested] of mistakes) {
      it(typed, () => {
        const { out, err } = shell(typed);
        const line = suggested.exec((out + err).trimEnd())?.[1] ?? expect.fail(`${out}${err} suggests nothing`);
        expect(line).not.to.equal(typed);
        expect(shell(line)).to.deep.include({ status: 0, err: '' });
      });
    }

    it('at every place that makes one', () => {
      const makers = readdirSync(projectPath('src/cli')).filter((file) => file.endsWith('.ts') && /\blineOf\(/.test(readFileSync(projectPath(`src/cli/${file}`), 'utf8')));
      // What simulate suggests takes a violation, of which there is none to be had here: its own tests make one.
      expect(makers).to.have.members([...new Set(mistakes.map(([place]) => place).filter((place) => place !== 'faces')), 'simulate.ts']);
    });
  });

  it('by whom npx brings the package to an empty folder', () => {
    const empty = join(folder, 'empty');
    mkdirSync(join(empty, 'node_modules/.bin'), { recursive: true });
    symlinkSync(projectPath(''), join(empty, 'node_modules/generals'));
    symlinkSync('../generals/dist/bin/generals.js', join(empty, 'node_modules/.bin/generals'));
    const { err } = shell('npx --no-install generals chek --members 4', empty);
    expect(err).to.equal('generals: there is no subcommand "chek", did you mean npx generals check --members 4?\n');
    expect(shell('npx generals check --members 4', empty).status).to.equal(0);
  });
});

/** With a tenth of the schedules or orders, but in a soak. */
const inShare = (line: string): string => line.replace(/(?<=--(schedules|orders) )\S+/, (count) => String(soaked(Number(count), 10)));

/** What a command says now and then that takes long. */
const withoutProgress = (err: string): string => err.replaceAll(/^(campaign: .*|\d+%: .*)\n/gm, '');

/** So many ports that nobody uses at the moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
  return ports;
}
