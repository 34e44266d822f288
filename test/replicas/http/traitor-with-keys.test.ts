import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, start, type Program } from '../../support/program.ts';
import { founded } from '../../support/founded.ts';
import { Load, agreed } from '../../support/load.ts';
import { projectPath } from '../../support/run.ts';
import { skip } from '../../support/skip.ts';
import { soaked } from '../../support/trials.ts';

/** Milliseconds of flood, and in a soak before it of peace. */
const LASTS = soaked(60_000, 200);

/** MB that each loyal replica may grow to. */
const MEMORY_MAX = 200;

const TRAITOR = 2;

describe('A traitor that holds a node’s keys, and says everything at its extremes at full rate,', function () {
  this.timeout(0);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-keys-'));
  });
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const protocol of ['pbft', 'collector']) {
    it(`${protocol}: ends no loyal replica, stops no user, and makes none forget its bounds`, async function () {
      if (process.platform !== 'linux') return skip(this, 'memory of another process is read from /proc');
      const nodes = await founded(folder, protocol);
      const file = join(folder, 'cluster.json');
      const loyal = nodes.filter(({ id }) => id !== TRAITOR);
      const replicas = loyal.map(({ id }) => start(['replica', '--id', String(id), '--cluster', file, '--json']));
      await Promise.all(replicas.map((replica) => replica.fact('ready')));
      const load = new Load(nodes.map(({ url }) => url), 8, Infinity);
      await load.acknowledged(10);
      // Only a long flood tells how fast they are.
      const peace = process.env['SOAK'] === '1' ? await servedIn(load, LASTS) : undefined;
      const traitor = start([file, String(TRAITOR), join(folder, `replica-${TRAITOR}`)], projectPath('dist/test/support/traitor-with-keys.js'));
      await traitor.fact('begun');
      const war = await servedIn(load, LASTS);
      const memory = replicas.map(memoryOf);
      const end = traitor.fact('ended');
      await traitor.end('SIGTERM');
      const { lies, answers } = await end;
      await load.stop();
      await agreed(loyal, load);
      expect(Math.max(...memory), `MB of each, after ${String(lies)} lies: ${JSON.stringify(answers)}`).to.be.at.most(MEMORY_MAX);
      expect(war, 'requests answered during the flood').to.be.above(0);
      // What a machine with two cores gives to the flood itself is not the replicas' fault.
      if (peace !== undefined) expect(war / peace, `${war} requests answered, ${peace} in peace; ${JSON.stringify(answers)}`).to.be.at.least(0.5);
      expect(await Promise.all(replicas.map((replica) => replica.end('SIGTERM')))).to.deep.equal([143, 143, 143]);
    });
  }

  async function servedIn(load: Load, milliseconds: number): Promise<number> {
    const before = load.count;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return load.count - before;
  }
});

/** MB of a process that are in memory. */
const memoryOf = ({ child }: Program): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid!}/status`, 'utf8'))![1]) / 1024;
