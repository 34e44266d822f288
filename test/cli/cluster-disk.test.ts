import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moment } from '../support/load.ts';
import { endAll, start, type Program } from '../support/program.ts';
import { here, refusal } from '../support/run.ts';
import { ask } from '../support/served.ts';

interface Node {
  readonly id: number;
  readonly url: string;
  readonly pid: number;
}

describe('generals cluster, whose folder', () => {
  let folder: string;
  let args: readonly string[];
  /** Of one node, where the folder is what counts. */
  let single: readonly string[];
  /** What is left of clusters that have run, by the number of their nodes. */
  const copies = new Map<number, string>();
  after(() => copies.forEach((copy) => rmSync(copy, { recursive: true })));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-cluster-disk-'));
    args = ['cluster', '--port', '0', '--json', '--data', folder];
    single = [...args, '--members', '1'];
  });
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const path = (...parts: readonly string[]): string => join(folder, ...parts);
  const nodesOf = async (program: Program): Promise<readonly Node[]> => (await program.fact('ready'))['nodes'] as Node[];

  /** A cluster that has executed that, and ended. */
  async function ran(how: readonly string[], ...data: readonly string[]): Promise<void> {
    const program = start(how);
    const [first] = await nodesOf(program);
    for (const one of data) expect((await ask(first!.url, one)).status).to.equal(200);
    expect(await program.end('SIGINT')).to.equal(130);
  }

  /** The same folder as if two requests had just been run in it: they are run once, and what is left is copied for each test. */
  async function hasRun(nodes = 4): Promise<string> {
    const copy = copies.get(nodes);
    if (copy !== undefined) {
      cpSync(copy, folder, { recursive: true });
      return copy;
    }
    await ran(nodes === 1 ? single : args, 'set k one', 'get k');
    const made = mkdtempSync(join(tmpdir(), 'generals-cluster-disk-'));
    cpSync(folder, made, { recursive: true });
    copies.set(nodes, made);
    return made;
  }

  function damage(folderOfLog: string): void {
    const file = path(folderOfLog, 'log');
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(file, bytes);
  }

  it('has a damaged log keeps that node down, which is named with the repair, and the others decide', async () => {
    await hasRun();
    damage('replica-2');
    const broken = start(args);
    const nodes = await nodesOf(broken);
    const down = await broken.fact('down');
    expect([down['id'], down['reason']].join(' ')).to.match(new RegExp(`^2 ${path('replica-2/log')} is damaged at byte \\d+, after \\d+ records?: generals replica --repair ${path('replica-2')} keeps those and cuts off the rest$`));
    expect((await ask(nodes[0]!.url, 'three')).status).to.equal(200);
    expect(await broken.end('SIGINT'), 'not as if all had been well').to.equal(1);
    expect([broken.errors(), broken.lines.some((line) => line.includes('too-few'))]).to.deep.equal(['', false]);
  });

  it('has a damaged log is repaired once, and goes on', async () => {
    await hasRun(1);
    damage('replica-0');
    const repair = await here(['replica', '--repair', path('replica-0')]);
    expect(repair.out).to.match(/^kept \d+ records?, cut off [\d,]+ bytes?; the damaged log is now .*log\.damaged\nThis node may have forgotten/);
    expect(repair.code).to.equal(0);
    expect((await here(['replica', '--repair', path('replica-0')])).out).to.equal(`the log in ${path('replica-0')} is whole\n`);
    await ran(args, 'four');
  });

  it('has as many damaged logs that no quorum is left says that nothing can be decided; where all are damaged, that no node is up', async () => {
    await hasRun();
    damage('replica-1');
    damage('replica-2');
    const few = start(args.filter((word) => word !== '--json'));
    await few.line((line) => line === 'Only 2 of 4 nodes are up, and a decision takes 3: nothing can be decided');
    expect(few.lines.filter((line) => /^Node [12] is down: .* is damaged at byte/.test(line))).to.have.length(2);
    expect(await few.end('SIGINT')).to.equal(1);
    damage('replica-0');
    damage('replica-3');
    const { code, out, err } = await here(args.filter((word) => word !== '--json'));
    expect(out.trimEnd().split('\n').map((line) => line.replace(/^Node \d is down: .*/, 'down'))).to.deep.equal(['down', 'down', 'down', 'down', 'No node is up']);
    expect([code, err]).to.deep.equal([1, '']);
  });

  it('has a log that is gone, empty, or shorter than its first record keeps that node down; repaired, it has forgotten, and is told what the others know', async () => {
    const copy = await hasRun();
    const harms = [
      ['is gone', (log: string) => rmSync(log), 'the log was gone, and another was begun'],
      ['is empty', (log: string) => truncateSync(log, 0), 'kept 0 records, cut off 0 bytes; the damaged log is now '],
      ['is shorter than its first record', (log: string) => truncateSync(log, 20), 'kept 0 records, cut off 20 bytes; the damaged log is now '],
    ] as const;
    for (const [index, [, harm]] of harms.entries()) harm(path(`replica-${index + 1}/log`));
    const broken = start(args);
    for (const [index, [what]] of harms.entries()) {
      const id = index + 1;
      const reason = (await broken.fact('down', (fact) => fact['id'] === id))['reason'];
      expect(reason).to.equal(`${path(`replica-${id}/log`)} ${what}, though a log was begun there: generals replica --repair ${path(`replica-${id}`)} begins another, and this node has forgotten what it promised`);
    }
    await broken.fact('ready');
    expect(await broken.end('SIGINT')).to.equal(1);
    for (const [index, [, , how]] of harms.entries()) {
      const repair = await here(['replica', '--repair', path(`replica-${index + 1}`)]);
      expect(repair.out.startsWith(how), repair.out).to.equal(true);
      expect(repair.out).to.include('This node may have forgotten what it promised: until it has caught up, count it among the Byzantine ones.');
    }
    // One may forget, as one may be a traitor: the others have their logs again.
    for (const id of [1, 2]) {
      rmSync(path(`replica-${id}`), { recursive: true });
      cpSync(join(copy, `replica-${id}`), path(`replica-${id}`), { recursive: true });
    }
    const whole = start(args);
    const nodes = await nodesOf(whole);
    expect((await ask(nodes[0]!.url, 'request 3')).status).to.equal(200);
    for (;;) {
      const [first, repaired] = await Promise.all([0, 3].map(async (id) => (await (await fetch(`${nodes[id]!.url}/status?full`)).json()) as Record<string, unknown>));
      if (first!['executed'] !== 3 || repaired!['executed'] !== 3) {
        await moment();
        continue;
      }
      expect(repaired!['digest']).to.equal(first!['digest']);
      break;
    }
    expect(await whole.end('SIGINT')).to.equal(130);
  });

  it('has lost the logs of clients, or has them damaged, answers nobody what was asked before', async () => {
    await hasRun(1);
    for (const name of readdirSync(path('replica-0')).filter((one) => one.startsWith('client-'))) {
      if (name === 'client-0') damage(join('replica-0', name));
      else rmSync(path('replica-0', name), { recursive: true });
    }
    const program = start(args);
    const [first] = await nodesOf(program);
    expect((await ask(first!.url, 'set k two')).status).to.equal(200);
    expect((await ask(first!.url, 'get k')).headers.get('generals-result')).to.equal(encodeURIComponent('"two"'));
    expect(await program.end('SIGINT')).to.equal(130);
    expect(readdirSync(path('replica-0')).filter((one) => one.startsWith('client-'))).to.have.length(8);
    expect(readdirSync(path('replica-0', 'client-0'))).to.include('log.damaged');
  });

  it('ends in zeros, as after a loss of power, goes on', async () => {
    await hasRun(1);
    writeFileSync(path('replica-0', 'log'), Buffer.alloc(4096), { flag: 'a' });
    await ran(args, 'two');
  });

  it('is in use is refused to another cluster in one line, which changes nothing, and before there are keys too', async () => {
    const first = start(single);
    await first.fact('ready');
    const before = readFileSync(path('cluster.json'), 'utf8');
    const second = await refusal(single);
    expect(second.err).to.match(new RegExp(`^generals: "${folder}" is in use: its lock names "process ${first.child.pid} on [^"]*" – see generals cluster --help\n$`));
    expect([second.out, readFileSync(path('cluster.json'), 'utf8')]).to.deep.equal(['', before]);
    const alone = await refusal(['replica', '--id', '0', '--cluster', path('cluster.json')]);
    expect(alone.err).to.match(new RegExp(`^generals: "${path('replica-0')}" is in use: its lock names "process ${first.child.pid} on `));
    expect(await first.end('SIGKILL')).to.equal('SIGKILL');
    await ran(args, 'at once');
  });

  it('is new and told to two clusters at once is that of one', async () => {
    const both = [start(single), start(single)];
    const end = await Promise.race(both.map(async (program, index) => ({ code: await program.ended, index })));
    const other = both[1 - end.index]!;
    const [first] = await nodesOf(other);
    expect([end.code, both[end.index]!.errors()].join(' ')).to.match(/^2 generals: "[^"]*" is in use/);
    expect((await ask(first!.url, 'one')).status).to.equal(200);
    await other.end('SIGINT');
    await ran(args, 'two');
  });

  it('loses its last node says so, and ends with 1', async () => {
    const program = start(['cluster', '--members', '2', '--port', '0', '--processes', '--data', folder]);
    await program.line((line) => line.startsWith('Ready: '));
    const pids = /^Processes: node 0 (\d+), node 1 (\d+)$/.exec(program.lines.find((line) => line.startsWith('Processes: '))!)!.slice(1).map(Number);
    expect(pids).to.have.length(2);
    process.kill(pids[0]!, 'SIGKILL');
    await program.line((line) => line === 'Only 1 of 2 nodes are up, and a decision takes 2: nothing can be decided');
    process.kill(pids[1]!, 'SIGKILL');
    expect(await program.ended).to.equal(1);
    expect(program.lines.slice(-2)).to.deep.equal(['Node 1 is gone: it was ended by SIGKILL', 'No node is up']);
    expect(program.errors()).to.equal('');
  });

  it('has a folder, a pipe or a link in the place of a file tells so in one line, and waits for nobody', async () => {
    await hasRun();
    const pipe = (at: string): void => void execFileSync('mkfifo', [at]);
    const folderAt = (at: string): void => mkdirSync(at);
    const cases: readonly (readonly [string, (at: string) => void, RegExp])[] = [
      ['cluster.json', folderAt, /cluster\.json" cannot be used: it is a folder/],
      ['cluster.json', pipe, /cluster\.json" cannot be used: it is a pipe/],
      ['replica-0/secret', pipe, /replica-0\/secret" cannot be used: it is a pipe/],
      ['replica-0/secret', folderAt, /replica-0\/secret" cannot be used: it is a folder/],
      ['lock', pipe, /lock" cannot be used: it is a pipe/],
    ];
    for (const [file, make, message] of cases) {
      const before = readFileSync(path(file));
      rmSync(path(file));
      make(path(file));
      const { out, err } = await refusal(args);
      expect(err).to.match(message);
      expect([out, err.split('\n').length]).to.deep.equal(['', 2]);
      rmSync(path(file), { recursive: true });
      writeFileSync(path(file), before, { mode: 0o600 });
    }
    const harms = [
      ['log', pipe, 'log" cannot be used: it is a pipe'],
      ['log', (at: string) => symlinkSync('/dev/null', at), 'log" cannot be used: it is a symbolic link, which is not followed here'],
      ['begun', folderAt, 'begun" cannot be used: it is a folder'],
      ['lock', folderAt, 'lock" cannot be used: it is a folder'],
    ] as const;
    const before = harms.map(([file], id) => readFileSync(path(`replica-${id}`, file)));
    for (const [id, [file, make]] of harms.entries()) {
      rmSync(path(`replica-${id}`, file));
      make(path(`replica-${id}`, file));
    }
    const program = start(args);
    for (const [id, [, , message]] of harms.entries()) expect((await program.fact('down', (fact) => fact['id'] === id))['reason']).to.equal(`"${path(`replica-${id}`)}/${message}`);
    expect(await program.ended).to.equal(1);
    for (const [id, [file]] of harms.entries()) {
      rmSync(path(`replica-${id}`, file), { recursive: true });
      writeFileSync(path(`replica-${id}`, file), before[id]!, { mode: 0o600 });
    }
    await ran(args, 'two');
  });

  it('has lost its file, but not its logs, is not begun anew', async () => {
    await hasRun();
    const secret = readFileSync(path('replica-0/secret'), 'utf8');
    rmSync(path('cluster.json'));
    expect((await refusal(args)).err).to.deep.equal(`generals: "${folder}" holds the logs of a cluster, but its cluster.json is gone: put that back, or begin in another folder – see generals cluster --help\n`);
    expect([existsSync(path('cluster.json')), readFileSync(path('replica-0/secret'), 'utf8')]).to.deep.equal([false, secret]);
  });

  it('was left by a start that was cut short, with a secret and no file, is begun', async () => {
    mkdirSync(path('replica-0'), { mode: 0o700 });
    writeFileSync(path('replica-0', 'secret'), 'of nobody\n');
    const program = start(single);
    expect((await ask((await nodesOf(program))[0]!.url, 'one')).status).to.equal(200);
    expect(await program.end('SIGINT')).to.equal(130);
    expect(statSync(path('replica-0/secret')).mode & 0o777).to.equal(0o600);
  });

  it('holds what another node began tells so, of processes too', async () => {
    await hasRun();
    for (const [id, other, file] of [[3, 2, 'log'], [1, 0, 'begun']] as const) writeFileSync(path(`replica-${id}`, file), readFileSync(path(`replica-${other}`, file)));
    const program = start([...args, '--processes']);
    for (const [id, other] of [[3, 2], [1, 0]] as const)
      expect((await program.fact('down', (fact) => fact['id'] === id))['reason']).to.match(new RegExp(`^"${path(`replica-${id}`)}" holds the log of node ${other} of cluster "[^"]+", not that of node ${id} of "`));
    expect(await program.end('SIGINT')).to.equal(1);
  });
});
