import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, start, type Program } from '../../support/program.ts';
import { Load, agreed, type Node } from '../../support/load.ts';
import { soaked } from '../../support/trials.ts';
import { written } from '../../support/written.ts';

/** How many requests are between two things that happen. */
const MANY = soaked(50, 3);

/** Each kind of trouble meets both protocols in a soak; else one of them, as sieges bring both into all. */
const isMet = (protocol: string, by: string): boolean => process.env['SOAK'] === '1' || protocol === by;

/**
 * Replicas as processes, under load, while some are killed or stopped, the commander first. Whatever was acknowledged stays,
 * and at the end all logs are the same.
 */
describe('a live cluster under load', () => {
  let folder: string;
  /** Processes that were stopped and not continued yet. */
  const stopped = new Set<number>();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-live-'));
  });
  afterEach(() => {
    // A test that failed half-way would leave them behind, as who is stopped does not see that its cluster is gone.
    for (const pid of stopped) resume(pid);
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  function stop(pid: number): void {
    process.kill(pid, 'SIGSTOP');
    stopped.add(pid);
  }

  function resume(pid: number): void {
    process.kill(pid, 'SIGCONT');
    stopped.delete(pid);
  }

  async function begun(protocol: string): Promise<{ program: Program; nodes: readonly Node[]; load: Load }> {
    const program = start(['cluster', '--protocol', protocol, '--processes', '--port', '0', '--json', '--data', folder]);
    const nodes = (await program.fact('ready'))['nodes'] as Node[];
    return { program, nodes, load: new Load(nodes.map(({ url }) => url), 8) };
  }

  for (const protocol of ['pbft', 'collector']) {
    if (isMet(protocol, 'pbft')) it(`${protocol}: loses nothing when one commander after the other is killed and comes back`, async () => {
      const { program, nodes, load } = await begun(protocol);
      const programs = [program];
      for (const id of [0, 1]) {
        await load.acknowledged(MANY);
        process.kill(nodes[id]!.pid!, 'SIGKILL');
        await program.fact('lost', (fact) => fact['id'] === id);
        await program.fact('commander', ({ commander }) => Number(commander) > id);
        await load.acknowledged(MANY);
        const back = start(['replica', '--id', String(id), '--cluster', join(folder, 'cluster.json'), '--json']);
        await back.fact('ready');
        programs.push(back);
      }
      await load.acknowledged(MANY);
      await load.stop();
      await agreed(nodes, load);
      expect(await Promise.all(programs.map((one) => one.end('SIGTERM')))).to.deep.equal([143, 143, 143]);
      await allThere(load);
    });

    if (isMet(protocol, 'collector')) it(`${protocol}: loses nothing when the commander, and then a backup, is stopped for a while`, async () => {
      const { program, nodes, load } = await begun(protocol);
      await load.acknowledged(MANY);
      stop(nodes[0]!.pid!);
      await program.fact('commander', ({ commander }) => commander !== 0);
      await load.acknowledged(MANY);
      resume(nodes[0]!.pid!);
      await load.acknowledged(MANY);
      stop(nodes[3]!.pid!);
      await load.acknowledged(MANY);
      resume(nodes[3]!.pid!);
      await load.acknowledged(MANY);
      await load.stop();
      await agreed(nodes, load);
      expect(await program.end('SIGTERM')).to.equal(143);
      await allThere(load);
    });
  }

  it('pbft: loses nothing when all are killed at once', async () => {
    const { program, nodes, load } = await begun('pbft');
    await load.acknowledged(2 * MANY);
    for (const { pid } of nodes) process.kill(pid!, 'SIGKILL');
    await load.stop();
    await program.end('SIGTERM');
    const again = start(['cluster', '--processes', '--port', '0', '--json', '--data', folder]);
    const reborn = (await again.fact('ready'))['nodes'] as Node[];
    const more = new Load(reborn.map(({ url }) => url), 2);
    await more.acknowledged(MANY);
    await more.stop();
    const [shown] = await agreed(reborn, more);
    expect(shown!.executed).to.be.at.least(load.count + more.count);
    expect(await again.end('SIGTERM')).to.equal(143);
    await allThere(load, more);
  });

  /** All that was acknowledged is on the disks, at the place that was told. */
  async function allThere(...loads: readonly Load[]): Promise<void> {
    const places = await written([0, 1, 2, 3].map((id) => join(folder, `replica-${id}`)));
    for (const load of loads) for (const [place, data] of load.places) expect(places.get(place), `place ${place}`).to.equal(data);
  }
});
