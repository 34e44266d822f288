import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { endAll, start, type Program } from '../../support/program.ts';
import { MAIN, cleanEnvironment } from '../../support/run.ts';
import { skip } from '../../support/skip.ts';

/** A network of its own, of which only the loopback is there: nothing that is done in it touches another one. */
const NETWORK = `generals-words-${process.pid}`;
const INSIDE = ['ip', 'netns', 'exec', NETWORK];

const does = ([command, ...words]: readonly string[]): boolean => spawnSync(command!, words).status === 0;

/** Of each ten datagrams one is dropped on its arrival, at random. */
const DROP = [...INSIDE, 'iptables', '-A', 'INPUT', '-i', 'lo', '-p', 'udp', '-m', 'statistic', '--mode', 'random', '--probability', '0.1', '-j', 'DROP'];

/** How many were dropped. */
function dropped(): number {
  const { stdout } = spawnSync(INSIDE[0]!, [...INSIDE.slice(1), 'iptables', '-L', 'INPUT', '-v', '-x', '-n'], { encoding: 'utf8' });
  return Number(/^\s*(\d+)\s+\d+\s+DROP\b/m.exec(stdout)?.[1]);
}

interface Peer {
  readonly program: Program;
  readonly address: string;
  readonly cliPort: string;
}

describe('word peers in a network namespace that drops a tenth of all datagrams', () => {

  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root makes network namespaces');
    if (!does(['ip', 'netns', 'add', NETWORK])) skip(this, 'no network namespace can be made here');
    if (!does(['ip', '-n', NETWORK, 'link', 'set', 'lo', 'up'])) skip(this, 'no network namespace has a loopback here');
    if (!does(DROP)) skip(this, spawnSync('iptables', ['--version']).error === undefined ? 'iptables drops nothing at random here' : 'iptables is not installed');
  });

  after(() => {
    endAll();
    does(['ip', 'netns', 'del', NETWORK]);
  });

  async function begun(...words: string[]): Promise<Peer> {
    const program = start(['words', '--json', '--within', '6000', ...words], MAIN, undefined, INSIDE);
    const { address, cliPort } = await program.fact('listening');
    return { program, address: String(address), cliPort: String(cliPort) };
  }

  /** What a peer answers to lines. */
  function told({ cliPort }: Peer, ...lines: string[]): Promise<string> {
    const [command, ...words] = [...INSIDE, process.execPath, MAIN, 'words-cli', '127.0.0.1', cliPort];
    const child = spawn(command!, words, { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    child.stdin.end(lines.map((line) => `${line}\n`).join(''));
    return new Promise((resolve) => child.once('close', () => resolve(text)));
  }

  // Each is a process, which takes long: in a soak they are seven, of which two lie.
  const [n, m] = process.env['SOAK'] === '1' ? [7, 2] : [4, 1];
  it(`settle words, ${n} processes of which ${m} lie: who says that a word holds says the same, and what a loyal initiator began with`, async () => {
    const first = await begun('--name', 'p1');
    const peers = [first];
    for (let number = 2; number <= n; number += 1) {
      peers.push(await begun('--name', `p${number}`, '--join', first.address));
      const others = peers.length - 1;
      await Promise.all(peers.map(({ program }) => program.fact('proven', () => new Set(program.lines.filter((line) => line.includes('"proven"'))).size >= others)));
    }
    const loyal = peers.slice(0, n - m);
    for (const liar of peers.slice(n - m)) expect(await told(liar, 'lie')).to.equal('this peer lies in 100 of 100 messages\n');
    expect(await told(peers.at(-1)!, 'lie 100 two-faced')).to.include('two-faced');

    let holds = 0;
    for (const [initiator, index] of [[0, 0], [1, 1], [n - 1, 2]] as const) {
      const answer = await told(peers[initiator]!, `set ${index} zebra`, `consensus ${index}`);
      expect(answer).to.match(new RegExp(`^word \\d is "zebra"\nword \\d is "zebra": (?:holds|unknown, as .*) \\(m = ${m} among ${n} peers\\)\n$`));
      const ended = await Promise.all(loyal.map(({ program }) => program.fact('decided', (fact) => fact['index'] === index)));
      const held = ended.flatMap(({ outcome, word }) => (outcome === 'holds' ? [word] : []));
      expect(new Set(held).size, JSON.stringify(ended)).to.be.at.most(1);
      if (initiator < n - m) expect(new Set([...held, 'zebra']).size, JSON.stringify(ended)).to.equal(1);
      holds += held.length;
    }
    // What is dropped is asked again: so of all outcomes most hold, where this machine is not too busy.
    expect(holds).to.be.above(0);
    expect(dropped()).to.be.above(0);
    for (const { program } of peers) expect(await program.end('SIGTERM')).to.equal(143);
  });
});
