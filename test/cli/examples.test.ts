import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SUBCOMMANDS } from '../../src/cli/subcommands.ts';
import { PROMPT } from '../../src/repl/theme.ts';
import { cared } from '../support/cared.ts';
import { DOCUMENTS, blocksIn, textOf, withBlocks, type Block } from '../support/documents.ts';
import { freePorts } from '../support/founded.ts';
import { ownRedis, redisUnavailable } from '../support/redis.ts';
import { cleanEnvironment, here, projectPath, transcriptOf } from '../support/run.ts';
import { skip } from '../support/skip.ts';
import { soaked } from '../support/trials.ts';

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

describe('what can be read can be typed', () => {
  let folder: string;
  const running = new Set<ChildProcess>();

  /** A folder like that of a fresh clone, but that what is written there disturbs nobody. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-'));
    for (const part of PARTS) symlinkSync(projectPath(part), join(folder, part));
  });
  afterEach(() => {
    for (const child of running) process.kill(-child.pid!, 'SIGKILL');
    running.clear();
  });
  after(() => rmSync(folder, { recursive: true }));

  function shell(line: string, cwd = folder, env: NodeJS.ProcessEnv = {}): Ran {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd, env: { ...cleanEnvironment(), ...env }, encoding: 'utf8', input: '' });
    return { status, out: stdout, err: stderr };
  }

  /** What npm makes of a line, but without npm, which takes as long as what it runs; that npm does so is tried where it is what is suggested. */
  function typedAt(cwd: string, line: string): Ran {
    return shell(line.replace('npm start --silent --', 'node scripts/start.js'), cwd, { npm_package_json: join(cwd, 'package.json'), npm_lifecycle_event: 'start' });
  }

  /**
   * A line of this program's and nothing else is done in this process, but for the first that begins so: to begin a process is what takes
   * long. What it is told by npm changes how it names itself, of which the lines that it suggests are the test.
   */
  async function typed(line: string, cwd = folder): Promise<Ran> {
    const [, words] = /^(?:generals|npm start --silent --) ((?:check|run|simulate|trace|campaign|merge|replay|completion|demo|grade|new|network --simulate)\b[^$|&;<>"\\]*)$/.exec(line) ?? [];
    const kind = words?.split(' ', 1)[0] ?? '';
    // What brings code of somebody's own leaves it behind, for all others in this process.
    if (words === undefined || !begunSo.has(kind) || /\.[cm]?[jt]s\b/.test(words)) {
      begunSo.add(kind);
      return typedAt(cwd, line);
    }
    return inProcess(wordsIn(words), cwd);
  }
  const begunSo = new Set<string>();

  async function inProcess(words: readonly string[], cwd: string): Promise<Ran> {
    const before = process.cwd();
    process.chdir(cwd);
    try {
      const { code, out, err } = await here(words);
      return { status: Number(code), out, err };
    } finally {
      process.chdir(before);
    }
  }

  /** Starts what goes on until Ctrl-C. @returns the first line that begins so, what gives the lines up to another one, and what ends it, with its exit status */
  async function begun(line: string, start: string, cwd = folder): Promise<{ readonly shown: string; until(start: string): Promise<string[]>; end(): Promise<number | null> }> {
    const child = cared(spawn('sh', ['-c', line], { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'], detached: true }));
    running.add(child);
    const ended = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    async function until(last: string): Promise<string[]> {
      const passed: string[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        passed.push(next.value);
        if (next.value.startsWith(last)) return passed;
      }
      return expect.fail(`${line} ended without a line that begins with ${last}`);
    }
    return {
      shown: (await until(start)).at(-1)!,
      until,
      end() {
        child.stdout.resume();
        // As the terminal does it: to all of them.
        process.kill(-child.pid!, 'SIGINT');
        return ended;
      },
    };
  }

  describe('in help:', () => {
    // Some write what others read.
    const order = ['check', 'run', 'simulate', 'trace', 'campaign', 'merge', 'replay', 'network', 'demo', 'grade', 'new', 'completion', 'help', ''];
    const isEndless = (example: string): boolean => example.startsWith('network ') && !/--simulate|--for /.test(example);
    for (const name of order) {
      for (const [example, about] of SUBCOMMANDS.find((one) => one.name === name)!.examples.filter(([line]) => !isEndless(line))) {
        it(`generals ${example} – ${about}`, async () => {
          const { status, out, err } = await typed(inShare(`generals ${example}`));
          expect(withoutProgress(err)).to.equal('');
          expect(status).to.equal(example.includes('--members 3') ? 3 : 0);
          if (name !== '') expect(out).not.to.equal('');
        });
      }
    }

    it('are all of these, and what goes on until Ctrl-C', () => {
      expect(SUBCOMMANDS.map(({ name }) => name)).to.have.members([...order, 'cluster', 'replica', 'seed', 'peer', 'words', 'words-cli', 'web', 'worker', 'queue']);
    });

    for (const [example, about] of SUBCOMMANDS.find(({ name }) => name === 'cluster')!.examples) {
      it(`generals ${example} – ${about}`, async () => {
        const start = example.includes('--json') ? '{"v":1,"type":"ready"' : 'Ready: ';
        const cluster = await begun(`exec generals ${example.includes('--port') ? example : `${example} --port 0`}`, start);
        expect(await cluster.end()).to.equal(130);
      });
    }

    for (const [example, about] of SUBCOMMANDS.find(({ name }) => name === 'network')!.examples.filter(([line]) => isEndless(line))) {
      it(`generals ${example} – ${about}`, async () => {
        const network = await begun(`exec generals ${example}`, '');
        expect(await network.end()).to.equal(130);
      });
    }

    it('generals seed and peer, each example, on other ports', async () => {
      const [first, second] = await freePorts(2);
      writeFileSync(join(folder, 'config.txt'), `127.0.0.1:${first}\n`);
      for (const [example] of SUBCOMMANDS.filter(({ name }) => name === 'seed' || name === 'peer').flatMap(({ examples }) => examples)) {
        const port = example.startsWith('seed') ? first : second;
        const node = await begun(`exec generals ${example.replace(/ 127\.0\.0\.1 \d+ \S+/, ` 127.0.0.1 ${port} config.txt`)}`, '');
        expect(await node.end(), example).to.equal(130);
      }
    });

    it('generals words and words-cli, each example, on other ports', async () => {
      const [group, shown, lossy, first, second] = SUBCOMMANDS.find(({ name }) => name === 'words')!.examples.map(([example]) => example);
      for (const line of [group, lossy]) {
        const { status, err } = shell(`generals ${line} < /dev/null`);
        expect([status, withoutProgress(err)]).to.deep.equal([0, '']);
      }
      const { status: over, err: told } = shell(`generals ${shown} < /dev/null`);
      expect(over).to.equal(0);
      expect(told).to.match(/^The page: http:\/\/127\.0\.0\.1:\d+\/\?token=\w+\n$/);
      const [port, cliPort] = await freePorts(2);
      const one = await begun(`exec generals ${first!.replace('5000', String(port)).replace('6000', String(cliPort))}`, 'Peer ann listens at ');
      const other = await begun(`exec generals ${second!.replace('5000', String(port))}`, `127.0.0.1:${port} ann is there`);
      for (const [client] of SUBCOMMANDS.find(({ name }) => name === 'words-cli')!.examples) expect(shell(`echo current | generals ${client.replace('6000', String(cliPort))}`).out).to.include('0 "apple"');
      expect(await one.end()).to.equal(130);
      expect(await other.end()).to.equal(130);
    });

    it('generals worker and queue, each example, at a Redis of their own', async function () {
      if (redisUnavailable !== undefined) skip(this, redisUnavailable);
      const redis = await ownRedis();
      const own = (line: string): string => line.replace('redis://localhost:6379/0', redis.url);
      const [example] = SUBCOMMANDS.find(({ name }) => name === 'worker')!.examples.map(([line]) => line);
      const worker = await begun(`exec generals ${own(example!)}`, 'Worker ');
      for (const [line] of SUBCOMMANDS.find(({ name }) => name === 'queue')!.examples) expect(shell(`generals ${own(line)}`), line).to.deep.include({ status: 0, err: '' });
      expect(await worker.end()).to.equal(130);
      await redis.end();
    });

    it('generals web, each example, at another port', async () => {
      const [served, written] = SUBCOMMANDS.find(({ name }) => name === 'web')!.examples.map(([example]) => example);
      const page = await begun(`exec generals ${served!.replace('8080', '0')}`, 'The laboratory: http://127.0.0.1:');
      expect(await page.end()).to.equal(130);
      expect(shell(`generals ${written}`)).to.deep.include({ status: 0, err: '' });
    });

    it('generals replica, each example', async () => {
      const place = join(folder, 'cluster');
      const urls = (await freePorts(4)).map((port) => `http://127.0.0.1:${port}`);
      expect(shell(`generals cluster --urls ${urls.join(',')} --data cluster`).status).to.equal(0);
      const [first, repair] = SUBCOMMANDS.find(({ name }) => name === 'replica')!.examples.map(([example]) => example);
      const replica = await begun(`exec generals ${first}`, 'Node 0: ', place);
      expect(await replica.end()).to.equal(130);
      expect(shell(`generals ${repair}`, place)).to.deep.include({ status: 0, err: '' });
    });
  });

  describe('in the documents:', () => {
    // The whole of the tests, and what they are run from; what takes a port; all demos, which are looked at where they are tested; and a
    // clone of one's own.
    const isApart = (line: string): boolean => /^git |npm (ci|install|pack)|npm start --silent -- (cluster --protocol|network --seeds|seed |peer |words \d|words --join|words-cli |web |worker |queue |campaign .*--queue |.* --web$|demo )|^curl|npm (run bench|run soak|run demo|test)/.test(line);
    for (const document of DOCUMENTS) {
      // What an earlier line of the same document wrote is what a later one reads.
      const place = (): string => clone(join(folder, document.replaceAll(/\W/g, '-')));
      for (const block of blocksIn(document).filter(({ comment }) => !comment.includes('with hearsay'))) {
        const { language, text } = block;
        if (text.startsWith('$ ') || text.startsWith(PROMPT)) it(`${document}: ${text.split('\n', 1)[0]} …`, async () => isAsShown(block, await shownBy(block, place())));
        const lines = language === 'sh' ? text.trimEnd().split('\n').map((line) => line.replace(/ +# .*$/, '')) : [];
        for (const line of lines.filter((one) => !isApart(one))) {
          it(`${document}: ${line}`, async () => {
            const { status, out, err } = await typed(inShare(line), place());
            expect(withoutProgress(err)).to.equal('');
            expect(status).to.equal(0);
            if (line.includes('mocha')) expect(out).to.match(/^ +[1-9]\d* passing/m);
          });
        }
      }
    }

    it('are blocks of these kinds, and of no other, which nobody would run', () => {
      const kindOf = ({ document, language, text }: Block): string => {
        if (language === 'text') return text.startsWith('$ ') || text.startsWith(PROMPT) ? 'shown' : `text of ${document}`;
        return language === 'sh' ? 'typed' : `${language} of ${document}`;
      };
      // What is typed about files of somebody’s own (`own.test.ts`, `grade.test.ts`, and pages by `web/page.test.ts`), the answer of a cluster, a test that uses the library (`library.test.ts`), recipes for many machines (`many-machines.test.ts`), and what a protocol is made of.
      const others = [...Array.from({ length: 4 }, () => 'text of docs/own-protocol.md'), 'text of docs/page.md', 'text of docs/replicas.md', ...Array.from({ length: 7 }, () => 'ts of docs/library.md'), 'ts of docs/writing-a-protocol.md', 'diff of docs/writing-a-protocol.md', 'diff of docs/writing-a-protocol.md', ...['bash', 'make', 'yaml', 'bash', 'yaml', 'yaml'].map((language) => `${language} of docs/many-machines.md`)];
      const kinds = DOCUMENTS.flatMap(blocksIn).map(kindOf);
      expect(kinds.filter((kind) => !['shown', 'typed'].includes(kind))).to.have.members(others);
      // None is indented, or opens otherwise than it was thought of.
      expect(kinds.length * 2).to.equal(DOCUMENTS.flatMap((document) => textOf(document).match(/^ *```/gm) ?? []).length);
    });

    it('the cluster, and what curl posts to it', async function () {
      if (spawnSync('curl', ['--version']).status !== 0) skip(this, 'curl is not installed');
      const [typed, printed] = blocksIn('docs/replicas.md').map(({ text }) => text.trimEnd().split('\n'));
      const [start, post] = typed!;
      const cluster = await begun(`${start} --port 0`, 'Ready: ');
      const { host } = new URL(/http:\S+/.exec(cluster.shown)![0]);
      expect(shell(post!.replace('localhost:8080', host).replace('curl ', 'curl -sS ')).out).to.match(/^PBFT Consensus Time: [\d.]+s$/m);
      // How long it took is another each time, and so is which votes had come by then.
      const lasting = (line: string): string => line.replace(/[\d.]+s$/, '… s').replace(/-> [1-4] /, '-> some ');
      const decided = await cluster.until('Node 3');
      expect(decided.slice(decided.indexOf(printed![0]!)).map(lasting)).to.deep.equal(printed!.map(lasting));
      // npm ends by the signal's number, or by the signal itself.
      expect([130, null]).to.include(await cluster.end());
    });
  });

  describe('in “Writing a protocol”:', () => {
    const page = blocksIn('docs/writing-a-protocol.md');
    let copy: string;

    /** What a reader does who follows the page in a clone. */
    before(() => {
      copy = join(folder, 'own-protocol');
      mkdirSync(join(copy, 'dist'), { recursive: true });
      spawnSync('cp', ['-r', ...['src', 'workers', 'scripts', 'demo', 'package.json', 'tsconfig.json'].map(projectPath), copy]);
      // Of the tests those that the page changes: who adds a protocol has the others compiled again because of it, which takes long.
      mkdirSync(join(copy, 'test'));
      spawnSync('cp', ['-r', projectPath('test/types'), join(copy, 'test')]);
      // Which was built before, so that only what is changed is compiled.
      spawnSync('cp', ['-r', ...['src', 'workers', '.tsbuildinfo'].map((part) => projectPath(`dist/${part}`)), join(copy, 'dist')]);
      symlinkSync(projectPath('node_modules'), join(copy, 'node_modules'));
      writeFileSync(join(copy, 'src/generals/protocols/hearsay.ts'), page.find(({ language }) => language === 'ts')!.text);
      const [registry, names] = page.filter(({ language }) => language === 'diff');
      change(join(copy, 'src/generals/protocols/registry.ts'), registry!.text);
      change(join(copy, 'test/types/library.ts'), names!.text);
    });

    it('its file and its lines are a protocol that compiles', () => {
      expect(shell('npm start --silent -- --version', copy)).to.deep.include({ status: 0, err: '' });
    });

    for (const block of page.filter(({ comment }) => comment.includes('with hearsay'))) {
      it(`${block.text.split('\n', 1)[0]} …`, async () => isAsShown(block, await shownBy(block, copy)));
    }
  });

  /** A folder like that of a fresh clone, made once. */
  function clone(place: string): string {
    if (existsSync(place)) return place;
    mkdirSync(place);
    for (const part of PARTS) symlinkSync(projectPath(part), join(place, part));
    return place;
  }

  /** The block as the program writes it today: each line that is typed, and what comes of it. */
  async function shownBy({ text, comment }: Block, cwd: string): Promise<string> {
    const typed = (start: string): string[] => text.split('\n').filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
    if (text.startsWith('$ ')) {
      const told: string[] = [];
      // What is brought would stay in this process.
      for (const line of typed('$ ')) {
        const { out, err } = line.startsWith('generals ') && !line.includes('.ts') ? await inProcess(wordsIn(line.slice('generals '.length)), cwd) : typedAt(cwd, line);
        expect(withoutProgress(err), line).to.equal('');
        told.push(`$ ${line}\n${out}`);
      }
      return told.join('');
    }
    const [, count, seed] = /^generals (\d+) --seed (\d+)/.exec(comment) ?? expect.fail(`${comment} does not say how many generals there are, and of which seed`);
    if (!comment.includes('with hearsay')) return transcriptOf(typed(PROMPT).map((line) => `${line}\n`).join(''), { host: 'sim', seed: Number(seed) }, Number(count));
    writeFileSync(join(cwd, 'session.txt'), typed(PROMPT).map((line) => `${line}\n`).join(''));
    return typedAt(cwd, `npm start --silent -- run --generals ${count} --seed ${seed} session.txt`).out;
  }

  /** `UPDATE=1` writes what is shown anew. */
  function isAsShown(block: Block, seen: string): void {
    if (process.env['UPDATE'] === '1') writeFileSync(projectPath(block.document), withBlocks(block.document, (other) => (other.text === block.text && other.comment === block.comment ? seen : other.text)));
    else expect(seen).to.equal(block.text);
  }

  describe('in what the program suggests:', () => {
    /** As a shell has it, but for what this process says as well: what another process says of itself depends on how it was begun. */
    const typed = async (line: string): Promise<Ran> => (line.startsWith('generals ') && !/["\\]|--help|generals (help|completion|\d)/.test(line) ? inProcess(wordsIn(line.slice('generals '.length)), folder) : shell(line));

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
    const seen = new Set<string>();
    for (const [, mistake, suggested] of mistakes) {
      it(mistake, async () => {
        const { out, err } = await typed(mistake);
        const line = suggested.exec((out + err).trimEnd())?.[1] ?? expect.fail(`${out}${err} suggests nothing`);
        expect(line).not.to.equal(mistake);
        if (seen.has(line)) return;
        seen.add(line);
        expect(await typed(line)).to.deep.include({ status: 0, err: '' });
      });
    }

    it('at every place that makes one', () => {
      const makers = readdirSync(projectPath('src/cli')).filter((file) => file.endsWith('.ts') && /\blineOf\(/.test(readFileSync(projectPath(`src/cli/${file}`), 'utf8')));
      // What simulate suggests takes a violation, of which there is none to be had here, what a network’s prompt does a terminal, what a page says a browser, and of a batch that failed a queue: their own tests have them.
      expect(makers).to.have.members([...new Set(mistakes.map(([place]) => place).filter((place) => place !== 'faces')), 'simulate.ts', 'network-prompt.ts', 'beside-nodes.ts', 'grade-report.ts', 'new.ts', 'campaign.ts']);
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

/** What a command needs of a clone. */
const PARTS = ['package.json', 'scripts', 'demo', 'exercises', 'dist', 'node_modules'];

/** Changes a file as the lines of a diff say: what is behind each `-` becomes what is behind the `+` below, and other lines of `+` come before the line that follows. */
function change(file: string, diff: string): void {
  let text = readFileSync(file, 'utf8');
  const lines = diff.trimEnd().split('\n');
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('+')) continue;
    const [before, after] = [lines[index - 1] ?? '', lines[index + 1] ?? ''];
    const [old, made] = before.startsWith('-') ? [before.slice(1), line.slice(1)] : [after.slice(1), `${line.slice(1)}\n${after.slice(1)}`];
    expect(text.split(`\n${old}\n`), `${file} has the line ${old} once`).to.have.length(2);
    text = text.replace(`\n${old}\n`, () => `\n${made}\n`);
  }
  writeFileSync(file, text);
}

/**
 * With a tenth of the schedules or orders, a quarter of many peers, and few sizes, but in a soak. The whole of the grid is run where its
 * picture is tested.
 */
const inShare = (line: string): string =>
  process.env['SOAK'] === '1'
    ? line
    : line
        .replace(/(?<=--(schedules|orders) )\S+/, (count) => String(soaked(Number(count), 10)))
        .replace(/(?<=--peers )\d\d+/, (count) => String(soaked(Number(count), 4)))
        .replace('--for 5 ', '--for 2 ')
        .replace(/--members 4\.\.(7|10)/, '--members 4').replace('--faults 0..3', '--faults 1,2')
        .replace(/(?<=demo\/how-many-traitors\.json)/, ' --members 4 --faults 1,2 --orders 1000');

/** The words of a line as a shell reads them, where it has no more than words and single quotes. */
const wordsIn = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** What a command says now and then that takes long. */
const withoutProgress = (err: string): string => err.replaceAll(/^(campaign: .*|\d+%: .*|words: \d+ of \d+ peers are there; .*)\n/gm, '');
