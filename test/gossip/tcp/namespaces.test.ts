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

/** How a network is cut, and how that is undone. */
const CUTS = [
  { name: 'both ways', cut: ['-n', LEFT, 'link', 'set', 'left', 'down'], heal: ['-n', LEFT, 'link', 'set', 'left', 'up'] },
  { name: 'one way', cut: ['-n', LEFT, 'route', 'add', 'blackhole', `${THERE}/32`], heal: ['-n', LEFT, 'route', 'del', 'blackhole', `${THERE}/32`] },
];

describe('a gossip network in two network namespaces', function () {
  this.timeout(120_000);
  let folder: string;

  before(function () {
    if (process.env['SOAK'] !== '1') skip(this, 'it takes half a minute: SOAK=1 runs it');
    if (process.getuid?.() !== 0) skip(this, 'only root makes network namespaces');
    if (!ip('netns', 'add', LEFT)) skip(this, 'no network namespace can be made here');
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

  const run = (role: 'seed' | 'peer', host: string, port: number): Program =>
    start([role, host, String(port), join(folder, 'config.txt'), '--output', join(folder, 'out.txt')], MAIN, folder, ['ip', 'netns', 'exec', host === HERE ? LEFT : RIGHT]);

  for (const { name, cut, heal } of CUTS) {
    it(`takes off who cannot be reached when it is cut ${name}, and heals by itself`, async () => {
      writeFileSync(join(folder, 'config.txt'), `${HERE}:5001\n${HERE}:5002\n${THERE}:5003\n`);
      const seeds = [run('seed', HERE, 5001), run('seed', HERE, 5002), run('seed', THERE, 5003)];
      await Promise.all(seeds.map((seed) => seed.line((line) => line.includes('Listening at'))));
      const peers = [6001, 6002, 6003, 6004].map((port) => run('peer', port < 6003 ? HERE : THERE, port));
      await Promise.all(peers.map((peer) => peer.line((line) => line.endsWith('] Ready'))));
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
  }
});
