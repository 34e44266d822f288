import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { philox } from '../../../src/core/philox.ts';
import { endAll, start, type Program } from '../../support/program.ts';
import { founded } from '../../support/founded.ts';
import { Load, agreed, look, type Node } from '../../support/load.ts';
import { soaked } from '../../support/trials.ts';
import { written } from '../../support/written.ts';

/** What is done in one round of a siege: to whom, for how long, and how. */
interface Blow {
  readonly whom: 'the primary' | 'a backup' | 'two' | 'all';
  readonly how: 'stopped' | 'killed';
  /** Milliseconds. */
  readonly lasts: number;
}

const WHOM = ['the primary', 'a backup', 'two', 'all'] as const;

/** Every kind of blow in turn, each for as long as the number of its siege has it. */
const blowOf = (siege: number, round: number): Blow => ({
  whom: WHOM[round % 4]!,
  how: (round + Math.floor(round / 4) + siege) % 2 === 0 ? 'stopped' : 'killed',
  lasts: 200 + (philox(siege, round, 0x51e6, 0, 0, 0) % 2800),
});

/** In one siege, so that the logs are not yet written anew, and show all that ever was. In all, a hundred for each protocol. */
const ROUNDS = soaked(8, 2);
const SIEGES = soaked(13, 13);

/** So many requests before the first blow. */
const WARM = soaked(20, 4);

/** Once a quorum is up, nobody waits longer, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Replicas under users who follow redirects, while they are stopped and killed, over and over. Once a quorum is up there is
 * progress, whatever was acknowledged is in all logs, and nothing is in them twice.
 */
describe('A cluster under siege', function () {
  this.timeout(0);
  let folder: string;
  let stopped: Set<number>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-siege-'));
    stopped = new Set();
  });
  afterEach(() => {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  for (const [index, protocol] of ['pbft', 'collector'].entries()) {
    // But in a soak one protocol is struck in processes, and the other in threads: live clusters bring the other blows to both.
    const isStruck = (by: string): boolean => process.env['SOAK'] === '1' || protocol === by;
    for (let siege = 1; siege <= (isStruck('pbft') ? SIEGES : 0); siege += 1) {
      it(`${protocol}, in processes, siege ${siege}, of ${ROUNDS} rounds: is live as soon as a quorum is, loses nothing, and does nothing twice`, async () => {
        const nodes = await founded(folder, protocol);
        const programs = new Map<number, Program>();
        const rise = async (id: number): Promise<void> => {
          const program = start(['replica', '--id', String(id), '--cluster', join(folder, 'cluster.json'), '--json']);
          programs.set(id, program);
          await program.fact('ready');
        };
        await Promise.all(nodes.map(({ id }) => rise(id)));
        const load = new Load(nodes.map(({ url }) => url), 3);
        await load.acknowledged(WARM);
        for (let round = 0; round < ROUNDS; round += 1) {
          const { whom, how, lasts } = blowOf(siege + index, round);
          const ids = await victims(whom, round, nodes);
          for (const id of ids) {
            const { child } = programs.get(id)!;
            if (how === 'killed') await programs.get(id)!.end('SIGKILL');
            else {
              child.kill('SIGSTOP');
              stopped.add(child.pid!);
            }
          }
          const what = `round ${round}: ${whom} (${ids.join(', ')}) ${how} for ${lasts} ms`;
          // Three of four are a quorum.
          if (ids.length === 1) await progress(load, what);
          await rest(lasts);
          for (const id of ids) {
            const { child } = programs.get(id)!;
            if (how === 'stopped') {
              child.kill('SIGCONT');
              stopped.delete(child.pid!);
            }
          }
          if (how === 'killed') await Promise.all(ids.map(rise));
          await progress(load, `${what}, and back`);
        }
        await load.stop();
        await agreed(nodes, load);
        await Promise.all([...programs.values()].map((program) => program.end('SIGTERM')));
        await allThere(load);
      });
    }

    if (isStruck('collector')) it(`${protocol}, in threads: is live when their process goes on, or begins anew`, async () => {
      const begin = async (): Promise<{ program: Program; nodes: Node[] }> => {
        const program = start(['cluster', '--protocol', protocol, '--port', '0', '--json', '--data', folder]);
        return { program, nodes: (await program.fact('ready'))['nodes'] as Node[] };
      };
      const loads: Load[] = [];
      for (let life = 0; life < soaked(10, 10); life += 1) {
        const { program, nodes } = await begin();
        const load = new Load(nodes.map(({ url }) => url), 3);
        loads.push(load);
        await load.acknowledged(WARM);
        for (const lasts of [300, 1600]) {
          program.child.kill('SIGSTOP');
          stopped.add(program.child.pid!);
          await rest(lasts);
          program.child.kill('SIGCONT');
          stopped.delete(program.child.pid!);
          await progress(load, `life ${life}: all stopped for ${lasts} ms`);
        }
        const end = program.end('SIGKILL');
        await load.stop();
        await end;
      }
      const { program, nodes } = await begin();
      const last = new Load(nodes.map(({ url }) => url), 2);
      loads.push(last);
      await last.acknowledged(WARM);
      await last.stop();
      await program.end('SIGTERM');
      await allThere(...loads);
    });
  }

  async function victims(whom: Blow['whom'], round: number, nodes: readonly Node[]): Promise<number[]> {
    const { commander: primary } = await look(nodes[round % 4]!.url);
    const others = [1, 2, 3].map((step) => (primary + step) % 4);
    switch (whom) {
      case 'the primary':
        return [primary];
      case 'a backup':
        return [others[Math.floor(round / 4) % 3]!];
      case 'two':
        return [primary, others[round % 3]!];
      case 'all':
        return [primary, ...others];
      default:
        return whom satisfies never;
    }
  }

  /** Users get answers again, before they lose patience. */
  async function progress(load: Load, when: string): Promise<void> {
    let clock: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => (clock = setTimeout(resolve, PATIENCE, 'nobody was answered')));
    expect(await Promise.race([load.acknowledged(5).then(() => 'progress'), late]), when).to.equal('progress');
    clearTimeout(clock);
  }

  /** All that was acknowledged is on the disks at the place that was told, and nothing is there twice. */
  async function allThere(...loads: readonly Load[]): Promise<void> {
    const places = await written([0, 1, 2, 3].map((id) => join(folder, `replica-${id}`)));
    for (const load of loads) for (const [place, data] of load.places) expect(places.get(place), `place ${place}`).to.equal(data);
    expect(new Set(places.values()).size, 'something is in the log twice').to.equal(places.size);
  }
});
