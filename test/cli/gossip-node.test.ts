import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Raw } from '../support/gossip-nodes.ts';
import { at } from '../support/gossip.ts';
import { freePorts } from '../support/founded.ts';
import { endAll, lastLines, start, type Program } from '../support/program.ts';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { MAIN, generals, refusal } from '../support/run.ts';
import { skip } from '../support/skip.ts';

describe('generals seed and generals peer', () => {
  let folder: string;
  let ports: number[];
  const config = (): string => join(folder, 'config.txt');
  const output = (): string => join(folder, 'out.txt');

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-gossip-'));
    ports = await freePorts(3);
    writeFileSync(config(), `# the lab\n${ports.map((port) => `127.0.0.1:${port}\n`).join('\n')}`);
  });

  afterEach(function () {
    if (this.currentTest?.state === 'failed') process.stdout.write(`${lastLines()}\n`);
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const has = (program: Program, text: string): Promise<string> => program.line((line) => line.includes(text));

  async function network(peers: number, ...more: readonly string[]): Promise<{ readonly seeds: readonly Program[]; readonly peers: readonly Program[] }> {
    const seeds = ports.map((port) => start(['seed', '127.0.0.1', String(port), config(), '--output', output()]));
    await Promise.all(seeds.map((seed) => has(seed, 'Listening at')));
    const all = Array.from({ length: peers }, () => start(['peer', '127.0.0.1', '0', config(), '--output', output(), '--gossip-every', '300', ...more]));
    await Promise.all(all.map((peer) => has(peer, '] Ready')));
    return { seeds, peers: all };
  }

  const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(SEED|PEER)-127\.0\.0\.1:\d+\] \S.*$/;

  it('run with the old arguments, and log the old lines, to the file as well', async () => {
    // Three that miss it agree at once: else seeds, who miss it as well, are now and then the first where this machine is busy.
    const { seeds, peers } = await network(4, '--timers', 'suspicion-min=50');
    await has(peers[1]!, 'Received new gossip message: ');
    const [one] = peers;
    for (const text of ['Successfully registered with seed 127.0.0.1:', 'Received peer list from seed 127.0.0.1:', 'Generated gossip message: ']) await has(one!, text);
    for (const text of ['Received registration proposal for peer 127.0.0.1:', 'Consensus SUCCESS for registration of 127.0.0.1:', 'Applied JOIN_COMMIT for peer 127.0.0.1:']) {
      await Promise.any(seeds.map((seed) => has(seed, text)));
    }
    one!.child.kill('SIGKILL');
    for (const text of ['Locally suspecting neighbor 127.0.0.1:', 'Received SUSPECT_NOTICE for 127.0.0.1:', 'Peer-level consensus reached for dead node 127.0.0.1:', 'Confirmed dead-node removal for 127.0.0.1:']) await Promise.any(peers.slice(1).map((peer) => has(peer, text)));
    await Promise.any(seeds.map((seed) => has(seed, 'Consensus SUCCESS for dead-node removal 127.0.0.1:')));
    // What is on the console may be on its way to the file.
    await Promise.all([...seeds, ...peers.slice(1)].map((program) => program.end('SIGTERM')));
    for (const line of [...seeds, ...peers].flatMap(({ lines }) => lines)) expect(line).to.match(LINE);
    const written = readFileSync(output(), 'utf8').split('\n').slice(0, -1);
    for (const line of written) expect(line).to.match(LINE);
    for (const text of ['Received new gossip message: ', 'Consensus SUCCESS for dead-node removal ']) expect(written.some((line) => line.includes(text)), text).to.equal(true);
  });

  it('a peer leaves at SIGTERM and Ctrl-C: everybody has it that it left, and nobody that it is dead', async () => {
    const { seeds, peers } = await network(3);
    const address = /PEER-(\S+)\]/.exec(peers[0]!.lines[0]!)![1]!;
    const ended = peers[0]!.end('SIGTERM');
    await Promise.all(seeds.map((seed) => has(seed, `Peer ${address} left`)));
    await Promise.all(peers.slice(1).map((peer) => has(peer, `Member ${address} is left`)));
    expect(await ended).to.equal(143);
    expect(await peers[1]!.end('SIGINT')).to.equal(130);
    expect([...seeds, ...peers].flatMap(({ lines }) => lines).filter((line) => /is dead|dead-node removal/.test(line))).to.deep.equal([]);
  });

  it('a peer whose seeds are gone ends all the same', async () => {
    const { seeds, peers } = await network(1);
    await Promise.all(seeds.map((seed) => seed.end('SIGKILL')));
    expect(await peers[0]!.end('SIGTERM')).to.equal(143);
  });

  it('a peer that comes long before its seeds is ready when they are there', async () => {
    const early = start(['peer', '127.0.0.1', '0', config(), '--output', output()]);
    await has(early, 'Could not register with seed');
    for (const port of ports) start(['seed', '127.0.0.1', String(port), config(), '--output', output()]);
    await has(early, '] Ready');
  });

  it('nobody is suspected where one peer stands still for 400 ms twice a second (consul 1212, alertmanager 1909)', async () => {
    // Who is silent for 3 s is pinged, and suspected if its answer takes a moment: that one would be, did it not say each time that it lives.
    const hasty = ['--messages', '1', '--timers', 'probe-every=600,probe-timeout=50,beacon-every=60000'];
    const { seeds, peers } = await network(3, ...hasty);
    const still = `data:text/javascript,${encodeURIComponent('const nothing = new Int32Array(new SharedArrayBuffer(4)); setInterval(() => Atomics.wait(nothing, 0, 0, 400), 500).unref();')}`;
    const slow = start(['peer', '127.0.0.1', '0', config(), '--output', output(), ...hasty], MAIN, folder, ['env', `NODE_OPTIONS=--import=${still}`]);
    await has(slow, '] Ready');
    const address = /PEER-(\S+)\]/.exec(slow.lines[0]!)![1]!;
    // Its own clock, which goes twice a second; somebody else's where it does not say that it lives.
    const refuted = (): number => slow.lines.filter((line) => line.includes('Refuted the suspicion of ')).length;
    await Promise.any([slow.line(() => refuted() >= 12), ...peers.map((peer) => has(peer, `Locally suspecting neighbor ${address}`))]);
    for (const line of [...seeds, ...peers, slow].flatMap(({ lines }) => lines)) expect(line).not.to.match(/Locally suspecting|dead-node removal|DEAD_COMMIT/);
    expect(await slow.end('SIGTERM')).to.equal(143);
    await Promise.all(seeds.map((seed) => has(seed, `Peer ${address} left`)));
  });

  it('one that listens everywhere, or by another name, is one entry (habitat 864, consul 529)', async () => {
    const { seeds } = await network(1);
    for (const host of ['0.0.0.0', '::', 'localhost', '127.0.0.2']) {
      const [port] = await freePorts(1);
      const peer = start(['peer', host, String(port), config(), '--output', output()]);
      await has(peer, '] Ready');
      const address = /PEER-(\S+)\]/.exec(peer.lines[0]!)![1]!;
      expect(address).not.to.match(/^(?:0\.0\.0\.0|\[::\]):/);
      await Promise.all(seeds.map((seed) => has(seed, `Applied JOIN_COMMIT for peer ${address} `)));
      for (const line of seeds.flatMap(({ lines }) => lines)) if (line.includes('Applied JOIN_COMMIT') && line.includes(`:${port} `)) expect(line).to.include(`peer ${address} `);
    }
  });

  it('tell facts for programs', async () => {
    const seed = start(['seed', '127.0.0.1', String(ports[0]), config(), '--output', output(), '--json']);
    const { v, type, role, listens, pid } = JSON.parse(await has(seed, 'listening')) as Record<string, unknown>;
    expect({ v, type, role, listens, pid }).to.deep.equal({ v: 1, type: 'listening', role: 'seed', listens: `127.0.0.1:${ports[0]}`, pid: seed.child.pid });
  });

  it('keep the log in the files of the dialect', async () => {
    const peer = start(['peer', '127.0.0.1', '0', config(), '--dialect', '2024'], MAIN, folder);
    await has(peer, 'Listening at');
    const seed = start(['seed', '127.0.0.1', String(ports[0]), config()], MAIN, folder);
    await has(seed, 'Listening at');
    const port = /:(\d+)\]/.exec(peer.lines[0]!)![1]!;
    for (const program of [peer, seed]) await program.end('SIGTERM');
    expect(existsSync(join(folder, `peerlog_${port}.txt`))).to.equal(true);
    expect(readFileSync(join(folder, 'outputfile.txt'), 'utf8')).to.include(`[SEED-127.0.0.1:${ports[0]}] Listening at`);
  });

  it('say loudly what --trust old gives away: there one forged line removes a peer that lives', async () => {
    const trusting = ports.map((port) => start(['seed', '127.0.0.1', String(port), config(), '--output', output(), '--trust', 'old']));
    await Promise.all(trusting.map((seed) => has(seed, 'Listening at')));
    const peer = start(['peer', '127.0.0.1', '0', config(), '--output', output()]);
    await has(peer, '] Ready');
    const address = /PEER-(\S+)\]/.exec(peer.lines[0]!)![1]!;
    // Two seeds are enough for a peer to be ready, of which the first need not be one.
    await has(trusting[0]!, `Applied JOIN_COMMIT for peer ${address}`);
    const liar = await Raw.to(at(ports[0]!));
    liar.say(`Dead Node:${address}:1716900000.5:127.0.0.1\n`);
    expect(await liar.has('\n')).to.equal(`DEAD_CONFIRMED|${address.replace(':', '|')}\n`);
    liar.socket.destroy();
    expect(trusting[0]!.errors()).to.include('WARNING: --trust old believes every report and COMMIT: one forged line removes a live peer');
  });

  it('and without it the same line removes nobody', async () => {
    const { seeds, peers } = await network(1);
    const address = /PEER-(\S+)\]/.exec(peers[0]!.lines[0]!)![1]!;
    await has(seeds[0]!, `Applied JOIN_COMMIT for peer ${address}`);
    const liar = await Raw.to(at(ports[0]!));
    liar.say(`Dead Node:${address}:1716900000.5:127.0.0.1\n`);
    expect(await liar.has('\n')).to.equal(`DEAD_REJECTED|${address.replace(':', '|')}\n`);
    liar.say(`DEAD_COMMIT|${address.replace(':', '|')}\n`);
    await liar.has('COMMITTED');
    liar.say('GET_PEERS\n');
    expect(await liar.has(/PEER_LIST.*\n/)).to.include(`PEER_LIST|${address}`);
    liar.socket.destroy();
  });

  describe('refuse in one line', () => {
    it('what cannot be understood', async () => {
      const said = async (...words: readonly string[]): Promise<string> => (await refusal(words)).err.split(' – ')[0]!;
      const form = 'generals: peer takes an address, a port and the file of the seeds: generals peer 127.0.0.1 5000 config.txt';
      expect(await said('peer', '127.0.0.1')).to.equal(form);
      expect(await said('peer', '127.0.0.1', '1', 'a', 'b')).to.equal(form);
      expect(await said('seed', '127.0.0.1', '70000', 'a')).to.equal('generals: the port is a whole number from 0 to 65,535, not "70000"');
      expect(await said('seed', 'a b', '1', config())).to.equal('generals: the address is one to listen at, such as 127.0.0.1, not "a b"');
      expect(await said('peer', '127.0.0.1', '0', join(folder, 'none.txt'))).to.equal(`generals: ${JSON.stringify(join(folder, 'none.txt'))} cannot be read: there is no such file or folder`);
      expect(await said('peer', '127.0.0.1', '0', config(), '--cluster', 'a|b')).to.equal('generals: --cluster is 1 to 64 letters, digits, dots, dashes or underscores');
      expect(await said('seed', '127.0.0.1', '0', config())).to.match(/^generals: .* names no seed at 127\.0\.0\.1:\d+, so that no peer would find it: /);
    });

    it('words that are missing, where there is nobody to ask', async () => {
      for (const role of ['seed', 'peer']) {
        const { code, err } = await generals([role]);
        expect(code).to.equal(2);
        expect(err).to.include(`${role} needs an address, a port and the file of the seeds`);
      }
    });
  });

  it('ask for what is missing at a terminal, as the older programs do', async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    const pty = openPty([process.execPath, MAIN, 'seed', '--output', output()]);
    try {
      await pty.until('Address to listen at');
      pty.type('\r');
      await pty.until(/Port/);
      pty.type(`${ports[0]}\r`);
      await pty.until('File that names the seeds');
      pty.type(`${config()}\r`);
      await pty.until(`[SEED-127.0.0.1:${ports[0]}] Listening at`);
      pty.type('\u0003');
      expect(await pty.exit).to.equal(130);
    } finally {
      await pty.close();
    }
  });
});

describe('generals network', () => {
  /** Of lists that a busy machine has not brought everywhere yet nothing is claimed. */
  const HELD = /^(All that is promised held|Unknown whether all held: .* which may be too soon)\.$/;

  afterEach(() => endAll());

  it('starts a whole network in one command; in a pipe it is log lines and a summary', async () => {
    const program = start(['network', '--seeds', '3', '--peers', '4', '--gossip-every', '300']);
    const { lines } = program;
    await program.line(() => lines.filter((line) => line.endsWith('] Ready')).length === 4);
    expect(await program.end('SIGINT')).to.equal(130);
    expect(program.errors()).to.equal('');
    for (const line of lines.slice(0, -2)) expect(line).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(SEED|PEER)-127\.0\.0\.1:\d+\] \S.*$/);
    expect(lines.at(-1)).to.match(HELD);
    expect(lines.at(-2)).to.match(/^3 seeds and 4 peers, [\d.]+ s: 4 became ready, the slowest after [\d.]+ s; \d+ gossip messages, heard \d+ times; nobody was removed$/);
  });

  it('is facts for programs, and of processes if that is asked for', async () => {
    const program = start(['network', '--seeds', '1', '--peers', '2', '--processes', '--json']);
    await program.line(() => program.lines.filter((line) => line.includes('"type":"ready"')).length === 2);
    expect(await program.end('SIGINT')).to.equal(130);
    const facts = program.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(facts.every(({ v }) => v === 1)).to.equal(true);
    const pids = facts.filter(({ type, state }) => type === 'state' && state === 'up').map(({ pid }) => pid as number);
    expect(new Set(pids).size).to.equal(3);
    expect(facts.at(-1)).to.include({ type: 'ended', seeds: 1, peers: 2, ready: 2 });
    expect(facts.at(-1)!['finding']).to.be.oneOf(['holds', 'unknown']);
    expect(facts.filter(({ type }) => type === 'left').length).to.equal(2);
  });

  it('does in a pipe what lines say, and tells of it beside the log; what went wrong can be repeated in virtual time', async () => {
    const program = start(['network', '--peers', '3'], MAIN, undefined, [], 'pipe');
    const { stdin } = program.child;
    await program.line((line) => line.endsWith('] Ready'));
    stdin!.write('kil 2\n\n# one of three\nkill 3\n');
    await program.line((line) => line.includes('Consensus SUCCESS for dead-node removal '));
    // A time that is over holds up nothing.
    stdin!.write('5ms why 3\nsay 1: well; then\nexit\nkill 1\n');
    expect(await program.ended).to.equal(1);
    for (const line of program.lines.slice(0, -2)) expect(line).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(SEED|PEER)-127\.0\.0\.1:\d+\] \S.*$/);
    expect(program.lines.at(-2)).to.match(/; removed P3 \(127\.0\.0\.1:\d+\)$/);
    const told = program.errors().trimEnd().split('\n');
    expect(told[0]).to.equal('network> kil 2');
    expect(told[1]).to.match(/^there is no word "kil": /);
    expect(told.slice(2, 5)).to.deep.equal(['network> kill 3', 'P3 is killed: peers should miss it within seconds. Undo: restart P3', 'network> why 3']);
    expect(told.some((line) => line.includes('nobody answers there'))).to.equal(true);
    expect(told.at(-1)).to.match(/^To let the same go wrong in virtual time: generals network --simulate --seeds 3 --peers 3 --faults '[\d.]+s kill P3; [\d.]+s say P1: well, then'$/);
  });

  it('goes on when there are no more lines; what comes of them are facts among the others', async () => {
    const program = start(['network', '--peers', '2', '--json'], MAIN, undefined, [], 'pipe');
    program.child.stdin!.end('clock 1 +1h\nkill 9');
    expect((await program.fact('word')).line).to.equal('clock 1 +1h');
    expect((await program.fact('answer')).line).to.equal('the clock of P1 is 1h ahead: nothing follows but that it is told so. Undo: heal');
    expect((await program.fact('mistake')).line).to.match(/^there is no P9: /);
    await program.fact('ready');
    expect(await program.end('SIGINT')).to.equal(130);
    expect((await program.fact('again')).line).to.match(/^generals network --simulate /);
    expect(program.errors()).to.equal('');
  });

  it('is judged in the end, as in virtual time: Byzantine peers remove nobody, but where every report is believed', async () => {
    const args = ['network', '--peers', '4', '--byzantine', '1', '--kind', 'forge-death'];
    const held = await generals([...args, '--for', '3']);
    expect(held.code).to.equal(0);
    expect(held.out.trimEnd().split('\n').at(-1)).to.match(HELD);
    const broken = start([...args, '--trust', 'old', '--json']);
    await broken.fact('applied', ({ about }) => about === 'removal');
    expect(await broken.end('SIGINT')).to.equal(3);
    const { type, finding, property, witness } = JSON.parse(broken.lines.at(-1)!) as Record<string, unknown>;
    expect({ type, finding, property }).to.deep.equal({ type: 'ended', finding: 'violated', property: 'no live peer is removed' });
    expect(witness).to.match(/^S\d removes P[123], which lives and is not cut off$/);
  });

  it('refuses what this machine cannot hold, and ports that are taken, in one line', async () => {
    expect((await refusal(['network', '--peers', '70', '--processes'])).err).to.match(/^generals: --processes is for at most 64 nodes, not 73: without it they share one – see /);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { out, err } = await refusal(['network', '--port', String(port), '--seeds', '1', '--peers', '0']);
      expect(out).to.equal('');
      expect(err).to.match(new RegExp(`^generals: 127\\.0\\.0\\.1:${port} cannot be listened at: something listens there already – see `));
    } finally {
      taken.close();
    }
  });

  it('ends cleanly at Ctrl-C, though whoever could say something goes on saying nothing', async () => {
    const program = start(['network', '--peers', '3'], MAIN, undefined, [], 'pipe');
    await program.line((line) => line.endsWith('] Ready'));
    expect(await program.end('SIGINT')).to.equal(130);
    expect(program.lines.at(-2)).to.match(/^3 seeds and 3 peers/);
  });
});
