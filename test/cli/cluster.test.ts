import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPLICA_FAULTS } from '../../src/replicas/faults/registry.ts';
import { freePorts } from '../support/founded.ts';
import { moment } from '../support/load.ts';
import { endAll, start } from '../support/program.ts';
import { ask } from '../support/served.ts';
import { MAIN, cleanEnvironment, generals, here, refusal } from '../support/run.ts';

interface Node {
  readonly id: number;
  readonly url: string;
  readonly kind: string;
  readonly pid?: number;
}

describe('generals cluster', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-cluster-'));
  });
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a cluster says before the line of its last node's votes, ports and times left out. */
  const without = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/:\d{4,5}\b/, ':PORT').replace(/\d+\.\d{1,6}s$/, 'TIMEs'));

  it('says in the old program’s words who is who, serves, prints each run, and ends at Ctrl-C', async () => {
    const program = start(['cluster', '--members', '4', '--traitors', '2', '--port', '0']);
    const ready = await program.line((line) => line.startsWith('Ready: '));
    const answer = await ask(/http\S+(?=\/preprepare)/.exec(ready)![0], 'very-important-data');
    expect([answer.status, await answer.text()].join(' ')).to.match(/^200 \nPBFT Consensus Time: \d+\.\d{1,6}s\n$/);
    await program.line((line) => line.startsWith('Node 3 -> '));
    expect(without(program.lines)).to.deep.equal([
      'Protocol: pbft, which stands 1 Byzantine node',
      'Total Nodes: 4 -> [0, 1, 2, 3]',
      'Byzantine Nodes: 1  -> [2]',
      'Byzantine Kind: offline',
      'Commander Node: 1 -> 0',
      '',
      'Starting Nodes',
      '',
      'Node 0 started on http://127.0.0.1:PORT',
      'Node 1 started on http://127.0.0.1:PORT',
      'Node 3 started on http://127.0.0.1:PORT',
      '',
      'Node 0 is the commander node.',
      'Running on http://127.0.0.1:PORT',
      'Without --data, nothing outlives this program',
      `Ready: curl -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' http://127.0.0.1:PORT/preprepare`,
      'Decision: "very-important-data"',
      'PBFT Consensus Time: TIMEs',
      'Node 0 -> 4 Correct 0 Corrupt',
      'Node 1 -> 4 Correct 0 Corrupt',
      'Node 2 -> 0 Correct 0 Corrupt',
      'Node 3 -> 4 Correct 0 Corrupt',
    ]);
    expect(await program.end('SIGINT')).to.equal(130);
    expect(program.errors()).to.equal('');
  });

  it('names the communication node of ccro, which is another name of collector', async () => {
    const program = start(['cluster', '--members', '2', '--protocol', 'CCRO', '--port', '0', '--data', folder]);
    await program.line((line) => line.startsWith('Ready: '));
    expect(without(program.lines).slice(0, 7)).to.deep.equal([
      'Protocol: collector, which stands 0 Byzantine nodes',
      'Total Nodes: 2 -> [0, 1]',
      'Byzantine Nodes: 0  -> []',
      'Commander Node: 1 -> 0',
      'Communication Node: 1',
      '',
      'Starting Nodes',
    ]);
    await program.end('SIGINT');
    const file = join(folder, 'cluster.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"protocol": "collector"', '"protocol": "ccro"'));
    const replica = start(['replica', '--id', '1', '--cluster', file, '--json']);
    const { url } = await replica.fact('ready');
    expect((await look(url as string))['protocol']).to.equal('collector');
    await replica.end('SIGINT');
    const again = start(['cluster', '--protocol', 'collector', '--port', '0', '--data', folder, '--json']);
    expect(await again.fact('ready')).to.include({ protocol: 'ccro' });
    await again.end('SIGINT');
  });

  it('shows each of several requests, and no vote twice, though it is ended right after the last answer', async () => {
    const program = start(['cluster', '--port', '0', '--json']);
    const ready = await program.fact('ready');
    expect(ready, 'all are loyal, and draw nothing').not.to.have.property('seed');
    const { url } = (ready['nodes'] as Node[])[0]!;
    for (let number = 1; number <= 8; number += 1) expect((await ask(url, `request ${number}`)).status).to.equal(200);
    expect(await program.end('SIGINT')).to.equal(130);
    const runs = program.lines.map((line) => JSON.parse(line) as { type: string; data: string; nodes: { correct: number; corrupt: number }[] }).filter(({ type }) => type === 'run');
    expect(runs.map(({ data }) => data)).to.deep.equal(Array.from({ length: 8 }, (_, index) => `request ${index + 1}`));
    for (const { correct, corrupt } of runs.flatMap(({ nodes }) => nodes)) {
      expect(correct).to.be.within(1, 6);
      expect(corrupt).to.equal(0);
    }
  });

  it('counts the votes for what a traitorous commander was asked, though another commands by then', async () => {
    const program = start(['cluster', '--traitors', '0', '--kind', 'malicious', '--port', '0', '--json']);
    const { nodes } = await program.fact('ready');
    const first = ask((nodes as Node[])[0]!.url, 'asked of a traitor');
    const { commander } = await program.fact('commander');
    expect(commander).not.to.equal(0);
    expect((await first).status).to.equal(200);
    const run = await program.fact('run');
    expect(run).to.include({ data: 'asked of a traitor', order: 1 });
    const counts = run['nodes'] as { id: number; correct: number }[];
    expect(counts.map(({ id }) => id)).to.deep.equal([0, 1, 2, 3]);
    for (const { id, correct } of counts.slice(1)) expect(correct, `node ${id}`).to.be.at.least(3);
    expect(await program.end('SIGINT')).to.equal(130);
  });

  it('ends all its processes at SIGTERM', async () => {
    const program = start(['cluster', '--members', '2', '--port', '0', '--processes', '--json']);
    const { nodes } = await program.fact('ready');
    const pids = (nodes as Node[]).map(({ pid }) => pid!);
    expect(new Set([...pids, program.child.pid]).size).to.equal(3);
    for (const pid of pids) expect(isAlive(pid)).to.equal(true);
    expect(await program.end('SIGTERM')).to.equal(143);
    for (const pid of pids) expect(isAlive(pid), `process ${pid}`).to.equal(false);
  });

  it('leaves no process behind when it is killed itself', async () => {
    const program = start(['cluster', '--members', '2', '--port', '0', '--processes', '--json']);
    await program.fact('ready');
    // Their output is this program's: it ends when the last of them is gone.
    expect(await program.end('SIGKILL')).to.equal('SIGKILL');
  });

  const MISTAKES: readonly (readonly [readonly string[], RegExp])[] = [
    [['--protocol', 'raft'], /^generals: there is no protocol "raft" of replicas: pbft, collector/],
    [['--members', '0'], /^generals: --members is a whole number from 1 on, not "0"/],
    [['--members', '200'], /^generals: --members is at most 128: 200 nodes would take 80112 open files and 2\.1 GB of memory, and more clients than/],
    [['--members', '65', '--processes'], /^generals: --processes is for at most 64 nodes: 65 of them would take some 6 GB of memory; without it they share threads/],
    [['--requests', '7'], /^generals: --requests is for --compare/],
    [['--out', '/tmp/x'], /^generals: --out is for --compare/],
    [['--kind', 'lazy'], /^generals: --kind is offline.*, not "lazy"/],
    [['--commander', '4'], /^generals: --commander is one of the nodes 0 to 3, not 4/],
    [['--byzantine', '5'], /^generals: --byzantine is at most 4, the number of nodes/],
    [['--traitors', '1,9'], /^generals: --traitors are some of the nodes 0 to 3, not 9/],
    [['--port', '65534'], /^generals: --port 65534 leaves no room for 4 nodes/],
    [['--port', 'x'], /^generals: --port is a whole number from 0 to 65,535, not "x"/],
    [['now'], /^generals: cluster takes options only, not "now"/],
    [['--urls', 'http://a:1'], /^generals: --urls writes the files of a cluster to a folder: --data <folder>/],
    [['--urls', 'http://a:1,b:2'], /^generals: --urls are different addresses such as http:\/\/127\.0\.0\.1:8080: not "b:2"/],
    [['--urls', 'http://a:1,http://a:1'], /^generals: --urls are different addresses such as http:\/\/127\.0\.0\.1:8080: not "http:\/\/a:1" twice/],
    [['--kind', 'malicious'], /^generals: --kind malicious says how, but not how many: --byzantine <k>, or which: --traitors <ids>/],
    [['--seed', '5'], /^generals: --seed 5 decides what traitors choose, and there are none: --byzantine <k>, or which: --traitors <ids>/],
    [['--byzantine', '2', '--traitors', '0'], /^generals: --traitors says how many are Byzantine: leave --byzantine out/],
    [['--compare', '--port', '7000'], /^generals: --compare starts clusters of its own, and ends them: leave out --port/],
    [['--compare', '--members', '4,x'], /^generals: each of --members is a whole number from 1 on, not "x"/],
    [['--compare', '--protocol', 'pbft,raft'], /^generals: there is no protocol "raft" of replicas/],
    [['--compare', '--byzantine', '2'], /^generals: --byzantine 2 is more than 4 nodes stand: f takes as many as each cluster stands, here 1/],
    [['--compare', '--kind', 'stale'], /^generals: --kind stale says how, but not how many: --byzantine <k>, or f/],
    [['--compare', '--seed', '5'], /^generals: --seed 5 decides what traitors choose, and there are none: --byzantine <k>, or f/],
    [['--compare', '--byzantine', 'f', '--kind', 'lazy'], /^generals: --kind is offline.*, not "lazy"/],
    [['--compare', '--requests', '0'], /^generals: --requests is a whole number from 1 to 10,000, not "0"/],
    [['--compare', '--out', '/dev/null/x'], /^generals: the folder "\/dev\/null\/x" cannot be written: /],
    [['--members', '1', '--host', 'nowhere.invalid', '--port', '0'], /^generals: node \d cannot listen at nowhere\.invalid:0: there is no such host/],
    [['--data', '/dev/null'], /^generals: "\/dev\/null" cannot be used: a file is in its place/],
    [['--data', '/proc/none/such'], /^generals: "\/proc\/none\/such" cannot be used: there is no such file or folder/],
    [['--members', '1', '--host', '192.0.2.1', '--port', '0'], /^generals: node \d cannot listen at 192\.0\.2\.1:0: that is no address of this machine/],
  ];
  for (const [args, message] of MISTAKES) {
    it(`tells a mistake in one line: ${args.join(' ')}`, async () => {
      const { out, err } = await refusal(['cluster', ...args]);
      expect(err).to.match(message);
      expect(err.split('\n')).to.have.length(2);
      expect(out).to.equal('');
    });
  }

  it('ends with 2 after a mistake', async () => {
    expect(await generals(['cluster', '--members', '0'])).to.deep.equal({ code: 2, ...(await refusal(['cluster', '--members', '0'])) });
  });

  it('says in one line that the system allows too few open files for so many nodes', async () => {
    const child = spawn('bash', ['-c', 'ulimit -n 700; exec "$@"', '-', process.execPath, MAIN, 'cluster', '--members', '31', '--port', '0'], { env: cleanEnvironment() });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = (await once(child, 'close')) as [number];
    expect(err).to.match(/^generals: 31 nodes take 2372 open files, as each has a connection to each other, and 700 are allowed here, enough for \d+: ulimit -n says how many – see generals cluster --help\n$/);
    expect(code).to.equal(2);
  });

  it('names every Byzantine kind in its help', async () => {
    const { out } = await here(['cluster', '--help']);
    for (const { name } of REPLICA_FAULTS) expect(out).to.match(new RegExp(`[ (]${name}[,\\s]`));
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { err } = await refusal(['cluster', '--members', '1', '--port', String(port)]);
    server.close();
    expect(err).to.equal(`generals: node 0 cannot listen at 127.0.0.1:${port}: something listens there already – see generals cluster --help\n`);
  });

  describe('towards the network', () => {
    /** Whether somebody listens at another address of this machine than 127.0.0.1. */
    const isOpen = async (url: string): Promise<boolean> => {
      const socket = connect(Number(new URL(url).port), '127.0.0.2');
      const isThere = await once(socket, 'connect').then(() => true, (error: NodeJS.ErrnoException) => (expect(error.code).to.equal('ECONNREFUSED'), false));
      socket.destroy();
      return isThere;
    };

    it('is closed unless it is opened', async () => {
      const program = start(['cluster', '--members', '1', '--port', '0', '--json']);
      for (const { url } of (await program.fact('ready'))['nodes'] as Node[]) expect(await isOpen(url)).to.equal(false);
      await program.end('SIGINT');
      expect(program.errors()).to.equal('');
    });

    for (const more of [[], ['--json']]) {
      it(`says loudly when it is open: ${['--host 0.0.0.0', ...more].join(' ')}`, async () => {
        const program = start(['cluster', '--members', '1', '--port', '0', '--host', '0.0.0.0', ...more]);
        const ready = await program.line((line) => /^Ready: |"type":"ready"/.test(line));
        expect(await isOpen(/http:[^/]*\/\/[^/"]+/.exec(ready)![0])).to.equal(true);
        await program.end('SIGINT');
        expect(program.errors()).to.match(/^generals: WARNING: open to the network at 0\.0\.0\.0: .*\n$/);
      });
    }

    it('says loudly when a replica on its own is open', async () => {
      const [port] = await freePorts(1);
      await here(['cluster', '--urls', `http://127.0.0.1:${port}`, '--data', folder]);
      const program = start(['replica', '--id', '0', '--cluster', join(folder, 'cluster.json'), '--host', '0.0.0.0', '--json']);
      await program.fact('ready');
      await program.end('SIGINT');
      expect(program.errors()).to.match(/^generals: WARNING: open to the network at 0\.0\.0\.0: .*\n$/);
    });
  });

  it('beside a page does what is typed, and ends at exit when all before it is answered', async () => {
    const { code, err } = await generals(['cluster', '--members', '2', '--port', '0', '--web'], 'set a 1\nkill 9\nexit\n');
    expect(code).to.equal(0);
    expect(err).to.match(/^The page: http/).and.to.include('kill takes one of the nodes 0 to 1, not "9"').and.to.match(/^"1"; PBFT Consensus Time: /m);
  });

  it('says the seed that traitors choose by, and draws one if it is told none', async () => {
    const args = ['cluster', '--members', '1', '--port', '0', '--byzantine', '1', '--kind', 'equivocate'];
    const told = start([...args, '--seed', '5']);
    await told.line((line) => line.startsWith('Ready: '));
    await told.end('SIGINT');
    expect(told.lines.slice(3, 6)).to.deep.equal(['Byzantine Kind: equivocate', 'Seed: 5', 'Commander Node: 1 -> 0']);
    const drawing = start([...args, '--json']);
    expect((await drawing.fact('ready'))['seed']).to.be.within(0, 2 ** 32 - 1);
    await drawing.end('SIGINT');
  });

  it('has a replica on its own say by which seed it betrays, if it does', async () => {
    const [port] = await freePorts(1);
    await here(['cluster', '--urls', `http://127.0.0.1:${port}`, '--data', folder]);
    const args = ['replica', '--id', '0', '--cluster', join(folder, 'cluster.json')];
    expect((await refusal([...args, '--seed', '5'])).err).to.equal('generals: --seed 5 decides what a traitor chooses, and this node is none: --kind <kind> – see generals replica --help\n');
    const program = start([...args, '--kind', 'equivocate', '--seed', '5']);
    await program.line((line) => line.startsWith('Seed: '));
    await program.end('SIGINT');
    expect(program.lines.slice(1, 3)).to.deep.equal(['Byzantine Kind: equivocate', 'Seed: 5']);
  });

  it('runs twins under one identity, and the loyal agree', async () => {
    const program = start(['cluster', '--port', '0', '--json', '--byzantine', '1', '--kind', 'twins', '--data', folder]);
    const nodes = (await program.fact('ready'))['nodes'] as Node[];
    expect(nodes.map(({ kind }) => kind)).to.deep.equal(['loyal', 'loyal', 'loyal', 'twins']);
    for (let count = 0; count < 10; count += 1) expect((await ask(nodes[0]!.url, `request ${count}`)).status).to.equal(200);
    for (;;) {
      const shown = await Promise.all(nodes.slice(0, 3).map(({ url }) => look(url)));
      if (shown.every(({ executed }) => executed === 10)) {
        expect(new Set(shown.map(({ digest }) => digest)).size).to.equal(1);
        break;
      }
      await moment();
    }
    await program.end('SIGINT');
    const records = readFileSync(join(folder, 'replica-3/log'), 'utf8');
    expect(records).to.include('{"type":"twin",').and.include(' {"type":"pre-prepared",');
  });

  describe('with --data', () => {
    it('goes on where it was ended, with the same keys', async () => {
      const args = ['cluster', '--members', '1', '--port', '0', '--json', '--data', folder];
      const first = start(args);
      const before = ((await first.fact('ready'))['nodes'] as Node[])[0]!;
      for (const data of ['one', 'two', 'three']) expect((await ask(before.url, data)).status).to.equal(200);
      const shown = await look(before.url);
      await first.end('SIGINT');
      expect(statSync(join(folder, 'replica-0/secret')).mode & 0o777).to.equal(0o600);
      const second = start(args);
      const after = ((await second.fact('ready'))['nodes'] as Node[])[0]!;
      expect(await look(after.url)).to.include({ digest: shown['digest'], executed: 3 });
      expect((await ask(after.url, 'four')).status).to.equal(200);
      await second.end('SIGINT');
      const other = await here(['cluster', '--port', '0', '--members', '7', '--data', folder]);
      expect([other.code, other.err]).to.deep.equal([2, `generals: "${folder}" holds a cluster of 1 node under pbft, not of 7 under pbft: another --data begins a new one – see generals cluster --help\n`]);
    });

    it('names another node to post to where the commander is off, knows later who commands since, and takes what it was begun with from the folder', async () => {
      const first = start(['cluster', '--members', '4', '--traitors', '0', '--port', '0', '--data', folder]);
      const url = /http\S+(?=\/preprepare)/.exec(await first.line((line) => line.startsWith('Ready: ')))![0];
      expect(first.lines).to.include.members(['Commander Node: 1 -> 0', `Node 1 started on ${url}`]);
      expect((await ask(url, 'one')).status).to.equal(200);
      await first.end('SIGINT');
      const second = start(['cluster', '--port', '0', '--data', folder]);
      const ready = await second.line((line) => line.startsWith('Ready: '));
      expect(second.lines).to.include.members(['Byzantine Nodes: 0  -> []', 'Commander Node: 1 -> 1', 'Node 1 is the commander node.', 'View: 1']);
      expect((await ask(/http\S+(?=\/preprepare)/.exec(ready)![0], 'two')).status).to.equal(200);
      await second.end('SIGINT');
      for (const [args, message] of [[['--commander', '2'], '--commander 0, not 2'], [['--batch', '7'], '--batch 100, not 7'], [['--timeout', '500'], /--timeout \d+, not 500/]] as const) {
        const { code, err } = await here(['cluster', '--port', '0', '--data', folder, ...args]);
        expect(err).to.match(new RegExp(`holds a cluster that was begun with ${message instanceof RegExp ? message.source : message}: another --data begins a new one`));
        expect(code).to.equal(2);
      }
    });

    it('writes the files of a cluster that spans machines, each of whose replicas is a program', async () => {
      const ports = await freePorts(2);
      const urls = ports.map((port) => `http://127.0.0.1:${port}`);
      const { code, out } = await here(['cluster', '--urls', urls.join(','), '--data', folder]);
      expect([code, out.split('\n').length]).to.deep.equal([0, 3]);
      const file = join(folder, 'cluster.json');
      const programs = urls.map((_, id) => start(['replica', '--id', String(id), '--cluster', file, '--json']));
      await Promise.all(programs.map((program) => program.fact('ready')));
      expect((await ask(urls[0]!, 'across')).status).to.equal(200);
      const run = await programs[0]!.fact('run');
      expect(run).to.include({ data: 'across', order: 1 });
      expect((run['nodes'] as object[])[0]).to.deep.include({ id: 0, corrupt: 0 });
      expect(await Promise.all(programs.map((program) => program.end('SIGTERM')))).to.deep.equal([143, 143]);
      expect(existsSync(join(folder, 'replica-1/log'))).to.equal(true);
    });
  });

  it('replica tells a mistake in one line', async () => {
    const file = join(folder, 'cluster.json');
    await here(['cluster', '--urls', 'http://127.0.0.1:1,http://127.0.0.1:2', '--data', folder]);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /needs to know which: generals replica --id <id> --cluster <file>/],
      [['--id', '0', '--cluster', join(folder, 'none.json')], /cannot be used: there is no such file or folder/],
      [['--id', '7', '--cluster', file], /has the nodes 0 to 1, not 7/],
      [['--id', '0', '--cluster', file, '--kind', 'lazy'], /--kind is malicious, .*, not "lazy"/],
      [['--id', '1', '--cluster', file, '--data', join(folder, 'replica-0')], /the secret is not that of node 1 in this cluster/],
      [['--id', '1', '--cluster', join(folder, 'replica-0/secret')], /is no cluster file: it is not JSON/],
      [['--id', '0', '--cluster', file, '--kind', 'lazy'], /--kind is malicious, .*twins, not "lazy"/],
      [['--repair', join(folder, 'replica-0')], /replica-0" holds no log/],
    ];
    const plan = JSON.parse(readFileSync(file, 'utf8')) as { settings: object };
    for (const [settings, message] of [
      [{ checkpointEvery: 0 }, /checkpointEvery is a whole number from 1 to 2048, not 0/],
      [{ checkpointEvery: 1e9 }, /checkpointEvery is a whole number from 1 to 2048, not 1000000000/],
      [{ timeout: 0.5 }, /timeout is a whole number from 1 to 3600000, not 0.5/],
      [{ collector: 1 }, /collector is true or false, not 1/],
      [{ timeuot: 500 }, /there is no setting "timeuot": timeout, /],
    ] as const) {
      const other = join(folder, `cluster-${cases.length}-${Object.keys(settings)[0]!}-${Object.values(settings)[0]!}.json`);
      writeFileSync(other, JSON.stringify({ ...plan, settings: { ...plan.settings, ...settings } }));
      const { err } = await refusal(['replica', '--id', '0', '--cluster', other]);
      expect(err.split('\n')).to.have.length(2);
      expect(err).to.match(/the cluster cannot run with its settings: /).and.to.match(message);
    }
    for (const [args, message] of cases) {
      const { err } = await refusal(['replica', ...args]);
      expect(err).to.match(message);
      expect(err.split('\n')).to.have.length(2);
    }
    expect(await generals(['replica'])).to.deep.equal({ code: 2, ...(await refusal(['replica'])) });
  });
});

async function look(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/status?full`)).json()) as Record<string, unknown>;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
