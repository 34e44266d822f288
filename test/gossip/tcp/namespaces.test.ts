import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, start, type Program } from '../../support/program.ts';
import { MAIN } from '../../support/run.ts';
import { skip } from '../../support/skip.ts';

/** Two halves of a network, each in a network namespace of its own, and a cable between. */
const [LEFT, RIGHT] = [`generals-a-${process.pid}`, `generals-b-${process.pid}`];
const [HERE, THERE] = ['10.77.0.1', '10.77.0.2'];

const ip = (...words: readonly string[]): boolean => spawnSync('ip', words).status === 0;

/** Nothing that the left says comes to the right, and nobody is told so. */
function drops(how: '-A' | '-D'): string[] {
  return ['netns', 'exec', LEFT, 'iptables', how, 'OUTPUT', '-d', THERE, '-j', 'DROP'];
}

/** How a network is cut, and how that is undone. */
const CUTS = [
  { name: 'both ways', cut: ['-n', LEFT, 'link', 'set', 'left', 'down'], heal: ['-n', LEFT, 'link', 'set', 'left', 'up'] },
  { name: 'one way', cut: drops('-A'), heal: drops('-D') },
];

const PEERS = [6001, 6002, 6003, 6004].map((port) => {
  const host = port < 6003 ? HERE : THERE;
  return { host, port, address: `${host}:${port}` };
});
const FAR = PEERS.slice(2).map(({ address }) => address);

/** With this an hour takes two minutes. */
const SPEED = 30;

describe('a gossip network in two network namespaces', function () {
  this.timeout(400_000);
  let folder: string;

  before(function () {
    if (process.env['SOAK'] !== '1') skip(this, 'it takes five minutes: SOAK=1 runs it');
    if (process.getuid?.() !== 0) skip(this, 'only root makes network namespaces');
    if (!ip('netns', 'add', LEFT)) skip(this, 'no network namespace can be made here');
    if (!ip('netns', 'exec', LEFT, 'iptables', '-L')) {
      ip('netns', 'del', LEFT);
      skip(this, 'there is no iptables here');
    }
    ip('netns', 'add', RIGHT);
    ip('link', 'add', 'left', 'netns', LEFT, 'type', 'veth', 'peer', 'name', 'right', 'netns', RIGHT);
    for (const [namespace, name, host] of [[LEFT, 'left', HERE], [RIGHT, 'right', THERE]] as const) {
      ip('-n', namespace, 'addr', 'add', `${host}/24`, 'dev', name);
      for (const device of ['lo', name]) ip('-n', namespace, 'link', 'set', device, 'up');
    }
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-namespaces-'));
  });

  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  after(() => {
    for (const namespace of [LEFT, RIGHT]) ip('netns', 'del', namespace);
  });

  const run = (role: 'seed' | 'peer', host: string, port: number, more: readonly string[]): Program =>
    start([role, host, String(port), join(folder, 'config.txt'), '--output', join(folder, 'out.txt'), ...more], MAIN, folder, ['ip', 'netns', 'exec', host === HERE ? LEFT : RIGHT]);

  /** Two seeds and two peers on the left, a seed and two peers on the right, once all are ready. */
  async function begun(common: readonly string[] = [], ofPeers: readonly string[] = []): Promise<{ readonly seeds: readonly Program[]; readonly peers: readonly Program[] }> {
    writeFileSync(join(folder, 'config.txt'), `${HERE}:5001\n${HERE}:5002\n${THERE}:5003\n`);
    const seeds = [run('seed', HERE, 5001, common), run('seed', HERE, 5002, common), run('seed', THERE, 5003, common)];
    await Promise.all(seeds.map((seed) => seed.line((line) => line.includes('Listening at'))));
    const peers = PEERS.map(({ host, port }) => run('peer', host, port, [...common, ...ofPeers]));
    await Promise.all(peers.map((peer) => peer.line((line) => line.endsWith('] Ready'))));
    return { seeds, peers };
  }

  for (const { name, cut, heal } of CUTS) {
    it(`takes off who cannot be reached when it is cut ${name}, and heals by itself`, async () => {
      const { seeds, peers } = await begun();
      const far = [6003, 6004].map((port) => `${THERE}:${port}`);
      const majority = seeds.slice(0, 2);

      expect(ip(...cut)).to.equal(true);
      await Promise.all(majority.flatMap((seed) => far.map((address) => seed.line((line) => line.includes(`Applied DEAD_COMMIT for peer ${address}`)))));
      // The one seed over there is no majority.
      expect(seeds[2]!.lines.filter((line) => line.includes('DEAD_COMMIT'))).to.deep.equal([]);

      expect(ip(...heal)).to.equal(true);
      const again = (program: Program, text: string): Promise<string> => program.line((line) => line.includes(text) && program.lines.filter((one) => one.includes(text)).length > 1);
      const began = performance.now();
      await Promise.all(majority.flatMap((seed) => far.map((address) => again(seed, `Applied JOIN_COMMIT for peer ${address}`))));
      await Promise.all(peers.slice(0, 2).flatMap((peer) => far.map((address) => again(peer, `Member ${address} is alive`))));
      expect(performance.now() - began).to.be.below(20_000);
    });

    it(`is one membership again by itself when it was cut ${name} for an hour, as its timers have it`, async () => {
      const { seeds, peers } = await begun(['--speed', String(SPEED), '--preset', 'wan'], ['--gossip-every', '60000', '--messages', '1000000']);
      const nodes = [...seeds, ...peers];
      await until(nodes, () => isOne(seeds, peers));

      expect(ip(...cut)).to.equal(true);
      await until(seeds, () => seeds.slice(0, 2).every((seed) => FAR.every((address) => statusIn(seed, address) === 'DEAD')));
      // A message a minute: the clock of those that are cut off.
      const said = (peer: Program): number => peer.lines.filter((line) => line.includes('Generated gossip message: ')).length;
      const before = said(peers[3]!);
      await until(peers, () => said(peers[3]!) >= before + 60);
      expect(FAR.every((address) => statusIn(seeds[0]!, address) === 'DEAD')).to.equal(true);

      const from = peers.map(said);
      expect(ip(...heal)).to.equal(true);
      const began = performance.now();
      await until(nodes, () => isOne(seeds, peers));
      // Within ten minutes of theirs, half a minute of ours.
      expect(performance.now() - began).to.be.below(600_000 / SPEED + 10_000);
      // And what each of them says from now on comes to all others.
      const payloads = (peer: Program): readonly string[] => peer.lines.flatMap((line) => /Generated gossip message: (\S+)/.exec(line)?.[1] ?? []);
      await until(peers, () => peers.every((peer, index) => payloads(peer).slice(from[index]! + 1).some((payload) => peers.every((other) => other === peer || other.lines.some((line) => line.includes(`message: ${payload} from`))))));
    });
  }

  /** Looks again whenever one of them says something. */
  const until = (programs: readonly Program[], isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void setImmediate(() => {
        if (!isSo()) return;
        for (const { child } of programs) child.stdout!.removeListener('data', look);
        resolve();
      });
      for (const { child } of programs) child.stdout!.on('data', look);
      look();
    });

  /** What a node last said of a peer: seeds by commits, peers by what they make of it. */
  function statusIn({ lines }: Program, address: string): string | undefined {
    const last = lines.findLast((line) => line.endsWith(`Member ${address} is alive`) || line.endsWith(`Member ${address} is suspect`) || line.endsWith(`Member ${address} is dead`) || line.includes(`_COMMIT for peer ${address} `));
    return last === undefined ? undefined : (/Applied (JOIN|DEAD)_COMMIT/.exec(last)?.[1] ?? last.slice(last.lastIndexOf(' ') + 1));
  }

  const isOne = (seeds: readonly Program[], peers: readonly Program[]): boolean =>
    PEERS.every(({ address }, index) => seeds.every((seed) => statusIn(seed, address) === 'JOIN') && peers.every((peer, other) => other === index || statusIn(peer, address) === 'alive'));
});
