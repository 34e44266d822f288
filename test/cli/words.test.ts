import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsClient } from '../../src/cli/words-client.ts';
import { generals, refusal } from '../support/run.ts';
import { start, type Program } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { Client } from '../support/words-nodes.ts';

/** What command lines are refused with. */
const WRONG: Readonly<Record<string, string>> = {
  'words moon': 'the port is a whole number from 0 to 65,535, not "moon"',
  'words 5000 6000': 'one port is enough, "6000" is too much',
  'words --cli-port 70000': '--cli-port is a whole number from 0 to 65,535, not "70000"',
  'words --loss 101': '--loss is a whole number from 0 to 100, not "101"',
  'words --heartbeat 0': '--heartbeat is a whole number from 1 to 3,600, not "0"',
  'words --heartbeat 60 --drop-after 60': '--drop-after is longer than a heartbeat, which is 60 s',
  'words --within 10': '--within is a whole number from 50 to 60,000, not "10"',
  'words --trace x': '--trace goes with --peers: one peer sees only what it hears itself',
  'words --peers 0': '--peers is a whole number from 1 to 16, not "0"',
  'words --peers 4 --name x': '--peers runs a whole group, so --name does not go with it',
  'words 5000 --peers 4': '--peers runs a whole group, so a port does not go with it',
  'words --host ::1': '--host is an IPv4 address, not "::1"',
  'words --join moon': '--join takes addresses such as 127.0.0.1:5000, not "moon"',
  'words --join 127.0.0.1:0': '--join takes addresses such as 127.0.0.1:5000, not "127.0.0.1:0"',
  'words-cli': 'words-cli takes an address and a port: generals words-cli 127.0.0.1 6000',
  'words-cli 127.0.0.1 moon': 'the port is a whole number from 1 to 65,535, not "moon"',
  'words-cli 127.0.0.1 1': '"127.0.0.1" is not listening at port 1: ECONNREFUSED',
};

/** Writes as long as somebody reads. */
function pour(socket: Socket): void {
  while (socket.write('x'.repeat(2 ** 20))) if (socket.destroyed) return;
  if (!socket.destroyed) socket.once('drain', () => pour(socket));
}

describe('generals words', () => {
  for (const [line, answer] of Object.entries(WRONG)) {
    it(`refuses ${line} in one line`, async () => {
      const { out, err } = await refusal(line.split(' '));
      expect(err.replace(/ – see generals words(?:-cli)? --help\n$/, '\n')).to.equal(`generals: ${answer}\n`);
      expect(out).to.equal('');
    });
  }

  describe('in processes of their own', () => {
    const programs: Program[] = [];

    afterEach(async () => {
      await Promise.all(programs.splice(0).map((program) => program.end('SIGKILL')));
    });

    interface Peer {
      readonly program: Program;
      readonly address: string;
      readonly cliPort: number;
    }

    async function begun(...words: string[]): Promise<Peer> {
      const program = start(['words', '--json', ...words]);
      programs.push(program);
      const { address, cliPort } = await program.fact('listening');
      return { program, address: String(address), cliPort: Number(cliPort) };
    }

    it('seven with two liars, who all lose a tenth of what they say, settle a word that a client sets, and end at once', async () => {
      const lossy = ['--loss', '10', '--within', '5000'];
      const first = await begun(...lossy, '--name', 'p1');
      const peers = [first];
      for (let number = 2; number <= 7; number += 1) {
        peers.push(await begun(...lossy, '--name', `p${number}`, '--join', first.address));
        // All know the new one, and it knows all.
        const count = peers.length - 1;
        await Promise.all(peers.map(async ({ program }) => program.fact('joined', () => program.lines.filter((line) => line.includes('"joined"')).length >= count)));
      }
      // What is lost is asked again of who has shown where it is.
      await Promise.all(peers.map(async ({ program }) => program.fact('proven', () => new Set(program.lines.filter((line) => line.includes('"proven"'))).size === 6)));
      const clients = await Promise.all(peers.map(async ({ cliPort }) => Client.to(cliPort)));
      await Promise.all(clients.map((client) => client.heard()));
      expect(await clients[5]!.say('lie\n')).to.equal('this peer lies in 100 of 100 messages\n');
      expect(await clients[6]!.say('lie 50 arbitrary\n')).to.include('arbitrary');
      await clients[0]!.say('set 1 zebra\n');
      const answer = await clients[0]!.say('consensus 1\n');
      expect(await clients[0]!.say('counts\n')).to.match(/^lost on purpose: [1-9]/m);
      expect(answer).to.match(/^word 1 is "zebra": (?:holds|unknown, as .*) \(m = 2 among 7 peers\)\n$/);
      await Promise.all(peers.map(({ program }) => program.fact('decided', (fact) => fact['index'] === 1)));
      for (const client of clients.slice(0, 5)) expect(await client.say('current\n')).to.include('1 "zebra"');
      expect(await clients[1]!.say('why\n')).to.match(/^word 1 is "zebra": .*\np1: "zebra", majority "zebra"\n {2}p1→p3: .*\n {4}p1→p3→p4: /);
      for (const client of clients) client.socket.destroy();
      expect(await first.program.end('SIGINT')).to.equal(130);
      expect(await peers[1]!.program.end('SIGTERM')).to.equal(143);
    });

    it('a group that loses all it says, and so never meets, ends by Ctrl-C all the same', async () => {
      const program = start(['words', '--peers', '2', '--loss', '100', '--json']);
      programs.push(program);
      const [told] = await once(program.child.stderr!, 'data');
      expect(String(told)).to.equal('words: 2 of 2 peers are there; where much is lost it takes long until all know each other\n');
      expect(await program.end('SIGINT')).to.equal(130);
    });

    it('words-cli passes lines on from a pipe', async () => {
      const { cliPort } = await begun();
      const { code, out, err } = await generals(['words-cli', '127.0.0.1', String(cliPort)], 'set 0 zebra\ncurrent\nnonsense\nexit\n');
      expect(out).to.match(/^word 0 is "zebra"\n0 "zebra"\n1 "birch"\n2 "cloud"\n3 "delta"\n4 "ember"\nthere is no command "nonsense" – /);
      expect([code, err]).to.deep.equal([0, '']);
    });

    it('words-cli says in a line that somebody else is there, and that the peer is gone', async () => {
      const others: Readonly<Record<string, readonly [says: (socket: Socket) => void, answer: string]>> = {
        'who hangs up': [(socket) => socket.end(), 'no peer of the word database answers at "127.0.0.1", port'],
        'who says something else': [(socket) => socket.end('220 mail\n'), 'no peer of the word database answers at "127.0.0.1", port'],
        'who never stops': [(socket) => pour(socket), 'no peer of the word database answers at "127.0.0.1", port'],
        'who has no room': [(socket) => socket.end('no more than 32 can talk to this peer at once\n'), 'no more than 32 can talk to this peer at once'],
        'who goes': [(socket) => void socket.on('data', () => socket.end()).write('peer x, at 127.0.0.1:1\n> '), 'the peer is gone'],
      };
      for (const [who, [says, answer]] of Object.entries(others)) {
        const server = createServer((socket) => says(socket.on('error', () => undefined)));
        await once(server.listen(0, '127.0.0.1'), 'listening');
        try {
          const { code, err } = await generals(['words-cli', '127.0.0.1', String((server.address() as AddressInfo).port)], 'current\n');
          expect(err, who).to.include(`generals: ${answer}`);
          expect(code, who).to.equal(2);
        } finally {
          server.close();
        }
      }
    });

    it('words-cli waits no longer than it has patience where nobody speaks', async () => {
      const sockets: Socket[] = [];
      const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      expect(await wordsClient({ host: '127.0.0.1', port }, 1).then(() => 'it spoke', ({ message }: Error) => message)).to.equal(`no peer of the word database answers at "127.0.0.1", port ${port}`);
      for (const socket of sockets) socket.destroy();
      server.close();
    });

    it('words-cli shows nothing that a terminal would obey', async () => {
      const server = createServer((socket) => void socket.on('error', () => undefined).on('data', () => socket.end('\u001b[2Jevil\u009b\n> ')).write('peer x, at 127.0.0.1:1\n> '));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { out } = await generals(['words-cli', '127.0.0.1', String((server.address() as AddressInfo).port)], 'exit\n');
      server.close();
      expect(out).to.equal('[2Jevil\n');
    });

    it('a port that somebody has is refused in one line', async () => {
      const { address, cliPort } = await begun();
      const port = address.split(':')[1]!;
      expect((await generals(['words', port])).err).to.equal(`generals: ${address} cannot be listened at: somebody listens there already – see generals words --help\n`);
      expect((await generals(['words', '--cli-port', String(cliPort)])).err).to.equal(`generals: 127.0.0.1:${cliPort} cannot be listened at for commands: somebody listens there already – see generals words --help\n`);
      // Who was refused leaves the others alone.
      const socket = connect(cliPort, '127.0.0.1');
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
    });
  });

  it('--peers runs a group, whose lines say whom they are for', async () => {
    const script = '# A lieutenant that lies changes nothing.\nset 0 zebra\n@3 lie\nconsensus 0\n@2 why\n@4 current\n@2 exit\n@2 current\n';
    const { code, out, err } = await generals(['words', '--peers', '4'], script);
    expect(out.replace(/@1→@3: ".*"/, '@1→@3: "a lie"')).to.equal(`words> set 0 zebra
word 0 is "zebra"
words> @3 lie
this peer lies in 100 of 100 messages
words> consensus 0
word 0 is "zebra": holds (m = 1 among 4 peers)
words> @2 why
word 0 is "zebra": holds (m = 1 among 4 peers)
@1: "zebra", majority "zebra"
  @1→@3: "a lie"
  @1→@4: "zebra"
words> @4 current
0 "zebra"
1 "birch"
2 "cloud"
3 "delta"
4 "ember"
words> @2 exit
`);
    expect([code, err]).to.deep.equal([0, '']);
  });

  it('--peers --trace writes what generals trace shows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-words-'));
    try {
      const file = join(folder, 'words.jsonl');
      expect((await generals(['words', '--peers', '4', '--trace', file], '@2 set 0 zebra\n@2 consensus 0\n')).code).to.equal(0);
      const { code, out } = await generals(['trace', file]);
      expect(code).to.equal(0);
      expect(out).to.include('4 peers over UDP');
      for (const text of ['node 2 sets word 0 to "zebra"', 'node 2 begins a consensus on word 0', 'node 1 decided word 0 is "zebra": holds (m = 1 among 4 peers)', 'node 2 decided word 0 is "zebra": holds (m = 1 among 4 peers)']) expect(out).to.include(text);
      expect(out).to.match(/Agreement of words held: 1 consensus, of which 4 outcomes hold and 0 are unknown, \d+ events in \d+ ms of real time\.\n$/);
      expect((await generals(['trace', file, '--diagram'])).out).to.include('consensus-reply');
      expect((await generals(['trace', file, '--why', '1'])).out).to.match(/^ +\d+ ms {2}node 1 decided word 0 is "zebra": holds \(m = 1 among 4 peers\)\n {13}node 2: "zebra", majority "zebra"\n {15}node 2→node 3: "zebra"\n {15}node 2→node 4: "zebra"\n$/);
      expect((await generals(['trace', file, '--why', '2'])).out).to.match(/\n {13}node 2 began it, and was answered:\n {15}node 1: "zebra"\n {15}node 3: "zebra"\n {15}node 4: "zebra"\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('--peers says what a consensus among thirteen costs, and then how far it is', async function () {
    if (process.env['SOAK'] !== '1') skip(this, 'it takes a core for a quarter of a minute: SOAK=1 runs it');
    const { code, out, err } = await generals(['words', '--peers', '13'], 'consensus 0\nconsensus 0 --yes\n@13 current\n');
    expect(err).to.match(/^among 13 peers, with m = 4, a consensus takes 216,768 datagrams, and up to 60 s – consensus <index> --yes\nwords: among 13 peers, .*, and up to 60 s\n(?:words: [\d,]+ datagrams so far\n)+$/);
    expect(out).to.match(/^words> consensus 0\nwords> consensus 0 --yes\nword 0 is "apple": holds \(m = 4 among 13 peers\)\nwords> @13 current\n/);
    // The first line was a mistake.
    expect(code).to.equal(1);
  });

  it('--peers says of each mistake what is wrong, and ends with 1', async () => {
    const { code, err } = await generals(['words', '--peers', '2'], '@3 current\n@x current\n@1\nnonsense\ncurrent\n');
    expect(err.split('\n')).to.deep.equal([
      'there is no peer @3: @1 to @2',
      'there is no peer @x: @1 to @2',
      '@1 is told nothing: peers, current, consensus, lie, truth, set, query, why, counts, help, exit',
      'there is no command "nonsense" – peers, current, consensus, lie, truth, set, query, why, counts, help, exit',
      '',
    ]);
    expect(code).to.equal(1);
  });

  it('--peers --json answers each line by one', async () => {
    const { out } = await generals(['words', '--peers', '2', '--json'], '@2 set 1 x\nset 9 x\n');
    const facts = out.trim().split('\n').map((line) => JSON.parse(line) as object);
    expect(facts[0]).to.include({ v: 1, type: 'ready' });
    expect(facts.slice(1)).to.deep.equal([
      { line: '@2 set 1 x', peer: 2, ok: true, lines: ['word 1 is "x"'] },
      { line: 'set 9 x', peer: 1, ok: false, lines: ['set takes an index from 0 to 4, not "9" – set <index> <word>'] },
    ]);
  });
});
