import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, start } from '../support/program.ts';
import { ask } from '../support/served.ts';
import { generals } from '../support/run.ts';

interface Node {
  readonly id: number;
  readonly url: string;
  readonly kind: string;
  readonly pid?: number;
}

describe('generals cluster', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-cluster-'));
  });
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints its nodes and their URLs, serves, prints each run in the old words, and ends at Ctrl-C', async () => {
    const program = start(['cluster', '--members', '4', '--byzantine', '1', '--port', '0']);
    const ready = await program.line((line) => line.startsWith('Ready: '));
    const urls = program.lines.filter((line) => /^Node \d+: http/.test(line));
    expect(program.lines.slice(0, 4)).to.deep.equal(['Protocol: pbft, which stands 1 Byzantine node', 'Total nodes: 4', 'Byzantine nodes: 1: Node 3 (offline)', 'Commander node: 0']);
    expect(urls.map((line) => line.replace(/:\d+(,|$)/, ':PORT$1'))).to.deep.equal(['Node 0: http://127.0.0.1:PORT, commander', 'Node 1: http://127.0.0.1:PORT', 'Node 2: http://127.0.0.1:PORT', 'Node 3: http://127.0.0.1:PORT, offline']);
    const answer = await ask(/http\S+(?=\/preprepare)/.exec(ready)![0], 'very-important-data');
    expect([answer.status, await answer.text()].join(' ')).to.match(/^200 \nPBFT Consensus Time: \d+\.\d{1,6}s\n$/);
    await program.line((line) => line.startsWith('Node 3 -> '));
    const run = program.lines.slice(program.lines.indexOf(ready) + 1);
    expect(run[0]).to.equal('Decision: "very-important-data"');
    expect(run[1]).to.match(/^PBFT Consensus Time: \d+\.\d{1,6}s$/);
    expect(run.slice(2).map((line) => line.replace(/[1-9]\d* Correct/, 'k Correct'))).to.deep.equal(['Node 0 -> k Correct 0 Corrupt', 'Node 1 -> k Correct 0 Corrupt', 'Node 2 -> k Correct 0 Corrupt', 'Node 3 -> 0 Correct 0 Corrupt']);
    expect(await program.end('SIGINT')).to.equal(130);
    expect(program.errors()).to.equal('');
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

  it('names another node to post to where the commander is off', async () => {
    const program = start(['cluster', '--traitors', '0', '--port', '0']);
    const ready = await program.line((line) => line.startsWith('Ready: '));
    expect(program.lines).to.include('Commander node: 0');
    const url = /http\S+(?=\/preprepare)/.exec(ready)![0];
    expect(program.lines).to.include(`Node 1: ${url}`);
    expect((await ask(url, 'without a commander')).status).to.equal(200);
    await program.end('SIGINT');
  });

  it('ends all its processes at SIGTERM', async () => {
    const program = start(['cluster', '--port', '0', '--processes', '--json']);
    const { nodes } = await program.fact('ready');
    const pids = (nodes as Node[]).map(({ pid }) => pid!);
    expect(new Set([...pids, program.child.pid]).size).to.equal(5);
    for (const pid of pids) expect(isAlive(pid)).to.equal(true);
    expect(await program.end('SIGTERM')).to.equal(143);
    for (const pid of pids) expect(isAlive(pid), `process ${pid}`).to.equal(false);
  });

  it('leaves no process behind when it is killed itself', async () => {
    const program = start(['cluster', '--port', '0', '--processes', '--json']);
    await program.fact('ready');
    // Their output is this program's: it ends when the last of them is gone.
    expect(await program.end('SIGKILL')).to.equal('SIGKILL');
  });

  const MISTAKES: readonly (readonly [readonly string[], RegExp])[] = [
    [['--protocol', 'raft'], /^generals: there is no protocol "raft" of replicas: pbft, collector/],
    [['--members', '0'], /^generals: --members is a whole number from 1 to 64, not "0"/],
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
    [['--byzantine', '2', '--traitors', '0'], /^generals: --traitors says how many are Byzantine: leave --byzantine out/],
    [['--compare', '--members', '7'], /^generals: --compare starts clusters of its own, and takes no option beside it but --json: leave out --members/],
    [['--host', 'nowhere.invalid', '--port', '0'], /^generals: node \d cannot listen at nowhere\.invalid:0: there is no such host/],
    [['--data', '/dev/null'], /^generals: "\/dev\/null" cannot be used: a file is in its place/],
    [['--data', '/proc/none/such'], /^generals: "\/proc\/none\/such" cannot be used: there is no such file or folder/],
    [['--host', '192.0.2.1', '--port', '0'], /^generals: node \d cannot listen at 192\.0\.2\.1:0: that is no address of this machine/],
  ];
  for (const [args, message] of MISTAKES) {
    it(`tells a mistake in one line: ${args.join(' ')}`, async () => {
      const { code, out, err } = await generals(['cluster', ...args]);
      expect(err).to.match(message);
      expect(err.split('\n')).to.have.length(2);
      expect([code, out]).to.deep.equal([2, '']);
    });
  }

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, err } = await generals(['cluster', '--members', '1', '--port', String(port)]);
    server.close();
    expect([code, err]).to.deep.equal([2, `generals: node 0 cannot listen at 127.0.0.1:${port}: something listens there already – see generals cluster --help\n`]);
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
      const program = start(['cluster', '--port', '0', '--json']);
      for (const { url } of (await program.fact('ready'))['nodes'] as Node[]) expect(await isOpen(url)).to.equal(false);
      await program.end('SIGINT');
      expect(program.errors()).to.equal('');
    });

    for (const more of [[], ['--json']]) {
      it(`says loudly when it is open: ${['--host 0.0.0.0', ...more].join(' ')}`, async () => {
        const program = start(['cluster', '--port', '0', '--host', '0.0.0.0', ...more]);
        const ready = await program.line((line) => /^Ready: |"type":"ready"/.test(line));
        expect(await isOpen(/http:[^/]*\/\/[^/"]+/.exec(ready)![0])).to.equal(true);
        await program.end('SIGINT');
        expect(program.errors()).to.match(/^generals: WARNING: open to the network at 0\.0\.0\.0: .*\n$/);
      });
    }

    it('says loudly when a replica on its own is open', async () => {
      const [port] = await freePorts(1);
      await generals(['cluster', '--urls', `http://127.0.0.1:${port}`, '--data', folder]);
      const program = start(['replica', '--id', '0', '--cluster', join(folder, 'cluster.json'), '--host', '0.0.0.0', '--json']);
      await program.fact('ready');
      await program.end('SIGINT');
      expect(program.errors()).to.match(/^generals: WARNING: open to the network at 0\.0\.0\.0: .*\n$/);
    });
  });

  it('runs twins under one identity, and the loyal agree', async () => {
    const program = start(['cluster', '--port', '0', '--json', '--processes', '--byzantine', '1', '--kind', 'twins', '--data', folder]);
    const nodes = (await program.fact('ready'))['nodes'] as Node[];
    expect(nodes.map(({ kind }) => kind)).to.deep.equal(['loyal', 'loyal', 'loyal', 'twins']);
    for (let count = 0; count < 10; count += 1) expect((await ask(nodes[0]!.url, `request ${count}`)).status).to.equal(200);
    for (;;) {
      const shown = await Promise.all(nodes.slice(0, 3).map(({ url }) => look(url)));
      if (shown.every(({ executed }) => executed === 10)) {
        expect(new Set(shown.map(({ digest }) => digest)).size).to.equal(1);
        break;
      }
    }
    await program.end('SIGINT');
    const records = readFileSync(join(folder, 'replica-3/log'), 'utf8');
    expect(records).to.include('{"type":"twin",').and.include(' {"type":"pre-prepared",');
  });

  describe('with --data', () => {
    it('goes on where it was ended, with the same keys', async () => {
      const args = ['cluster', '--port', '0', '--json', '--data', folder];
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
      const other = await generals(['cluster', '--port', '0', '--members', '7', '--data', folder]);
      expect([other.code, other.err]).to.deep.equal([2, `generals: "${folder}" holds a cluster of 4 nodes under pbft, not of 7 under pbft: another --data begins a new one – see generals cluster --help\n`]);
    });

    it('knows who commands after another did, and takes what it was begun with from the folder', async () => {
      const first = start(['cluster', '--members', '4', '--traitors', '0', '--port', '0', '--json', '--data', folder]);
      const nodes = (await first.fact('ready'))['nodes'] as Node[];
      expect((await ask(nodes[1]!.url, 'one')).status).to.equal(200);
      await first.end('SIGINT');
      const second = start(['cluster', '--port', '0', '--data', folder]);
      const ready = await second.line((line) => line.startsWith('Ready: '));
      expect(second.lines.slice(0, 4)).to.deep.equal(['Protocol: pbft, which stands 1 Byzantine node', 'Total nodes: 4', 'Byzantine nodes: 0', 'Commander node: 1, in view 1']);
      expect((await ask(/http\S+(?=\/preprepare)/.exec(ready)![0], 'two')).status).to.equal(200);
      await second.end('SIGINT');
      for (const [args, message] of [[['--commander', '2'], '--commander 0, not 2'], [['--batch', '7'], '--batch 100, not 7'], [['--timeout', '500'], /--timeout \d+, not 500/]] as const) {
        const { code, err } = await generals(['cluster', '--port', '0', '--data', folder, ...args]);
        expect(err).to.match(new RegExp(`holds a cluster that was begun with ${message instanceof RegExp ? message.source : message}: another --data begins a new one`));
        expect(code).to.equal(2);
      }
    });

    it('stops at a damaged log and names the repair, which works', async () => {
      const args = ['cluster', '--port', '0', '--json', '--data', folder];
      const first = start(args);
      const { url } = ((await first.fact('ready'))['nodes'] as Node[])[0]!;
      for (const data of ['one', 'two']) await ask(url, data);
      await first.end('SIGINT');
      const log = join(folder, 'replica-2/log');
      const bytes = readFileSync(log);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      writeFileSync(log, bytes);
      const broken = await generals(args);
      expect(broken.code).to.equal(2);
      expect(broken.err).to.match(new RegExp(`^generals: ${log} is damaged at byte \\d+, after \\d+ records: generals replica --repair ${join(folder, 'replica-2')} keeps those and cuts off the rest`));
      const repair = await generals(['replica', '--repair', join(folder, 'replica-2')]);
      expect(repair.out).to.match(/^kept \d+ records?, cut off [\d,]+ bytes?; the damaged log is now .*log\.damaged\n/);
      expect(repair.code).to.equal(0);
      expect((await generals(['replica', '--repair', join(folder, 'replica-2')])).out).to.equal(`the log in ${join(folder, 'replica-2')} is whole\n`);
      const again = start(args);
      expect((await ask(((await again.fact('ready'))['nodes'] as Node[])[0]!.url, 'three')).status).to.equal(200);
      await again.end('SIGINT');
    });

    it('writes the files of a cluster that spans machines, each of whose replicas is a program', async () => {
      const ports = await freePorts(4);
      const urls = ports.map((port) => `http://127.0.0.1:${port}`);
      const { code, out } = await generals(['cluster', '--urls', urls.join(','), '--data', folder]);
      expect([code, out.split('\n').length]).to.deep.equal([0, 5]);
      const file = join(folder, 'cluster.json');
      const programs = urls.map((_, id) => start(['replica', '--id', String(id), '--cluster', file, '--json']));
      await Promise.all(programs.map((program) => program.fact('ready')));
      expect((await ask(urls[0]!, 'across')).status).to.equal(200);
      const run = await programs[0]!.fact('run');
      expect(run).to.include({ data: 'across', order: 1 });
      expect((run['nodes'] as object[])[0]).to.deep.include({ id: 0, corrupt: 0 });
      expect(await Promise.all(programs.map((program) => program.end('SIGTERM')))).to.deep.equal([143, 143, 143, 143]);
      expect(existsSync(join(folder, 'replica-3/log'))).to.equal(true);
    });
  });

  it('replica tells a mistake in one line', async () => {
    const file = join(folder, 'cluster.json');
    await generals(['cluster', '--urls', 'http://127.0.0.1:1,http://127.0.0.1:2', '--data', folder]);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /needs to know which: generals replica --id <id> --cluster <file>/],
      [['--id', '0', '--cluster', join(folder, 'none.json')], /cannot be used: there is no such file or folder/],
      [['--id', '7', '--cluster', file], /has the nodes 0 to 1, not 7/],
      [['--id', '0', '--cluster', file, '--kind', 'lazy'], /--kind is malicious, .*, not "lazy"/],
      [['--id', '1', '--cluster', file, '--data', join(folder, 'replica-0')], /the secret is not that of node 1 in this cluster/],
      [['--id', '1', '--cluster', join(folder, 'replica-0/secret')], /is no cluster file: it is not JSON/],
      [['--id', '0', '--cluster', file, '--kind', 'lazy'], /--kind is malicious, .*twins, not "lazy"/],
      [['--repair', join(folder, 'replica-0')], /holds no log that can be read: there is no such file or folder/],
    ];
    for (const [args, message] of cases) {
      const { code, err } = await generals(['replica', ...args]);
      expect(err).to.match(message);
      expect(err.split('\n')).to.have.length(2);
      expect(code).to.equal(2);
    }
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

/** Ports where nobody listens. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
