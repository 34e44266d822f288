import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellSeed } from '../src/campaign/draw.ts';
import { cellOf } from '../src/campaign/grid.ts';
import { openPool, type Pool } from '../src/campaign/pool.ts';
import type { Tally } from '../src/campaign/tally.ts';
import { nodeId } from '../src/core/node.ts';
import { runInRounds } from '../src/generals/sim/rounds.ts';
import { inTurn, type Row } from './measure.ts';

const MEMBERS = [1, 2, 3, 4, 5, 6, 7].map(nodeId);
const TRAITORS = new Map([[nodeId(1), 'coin'], [nodeId(2), 'coin']]);

/** Armies of a campaign, how many of their orders are measured, and how many in C: with what is known as it runs, and made for one army. */
const CELLS = [
  { protocol: 'exchange', n: 7, m: 1, f: 2, orders: 40_000, inC: 1_000_000, inMade: 2_000_000 },
  { protocol: 'exchange', n: 16, m: 1, f: 5, orders: 10_000, inC: 100_000, inMade: 400_000 },
  { protocol: 'oral', n: 7, m: 2, f: 2, orders: 15_000, inC: 200_000, inMade: 100_000 },
  { protocol: 'oral', n: 10, m: 3, f: 3, orders: 1500, inC: 10_000, inMade: 10_000 },
] as const;

/** The simulator's slowness that is wanted at the most, beside C that learns n, m and the traitors as it runs, as the simulator does. */
const LIMIT = 20;

const PAIRS = 9;

/** Simulated orders beside the same in plain C on one core, compiled here if there is a compiler. */
export async function benchSimulator(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  try {
    const oral = compiled(folder, 'oral');
    const general = compiled(folder, 'orders');
    report(await rowOf('simulated OM(2) among 7, µs an order (C made for this army)', () => lockstepped(15_000), 15_000, () => microseconds(oral, [1_000_000])));
    for (const measured of CELLS) {
      const { protocol, n, m, f, orders, inC, inMade } = measured;
      const options = [protocol, n, m, f, inC];
      const made = compiled(folder, protocol === 'oral' ? 'orders' : 'exchange', [`-DN=${n}`, `-DM=${m}`, `-DF=${f}`]);
      const name = `a campaign's ${protocol === 'oral' ? `OM(${m})` : protocol} among ${n}, ${f} traitors, µs an order`;
      const pool = await openPool(1);
      try {
        const simulate = simulating(pool, measured);
        assertAlike(name, await simulate(), runC(general, options).slice(1).map((count) => Number(count) / inC), inC);
        report(await rowOf(`${name} (scalar C)`, simulate, orders, () => microseconds(general, options), LIMIT));
        report(await rowOf(`${name} (C made for this army and one set of traitors)`, simulate, orders, () => microseconds(made, [protocol, n, m, f, inMade])));
      } finally {
        await pool.close();
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.error('simulator: skipped, there is no C compiler');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Has a campaign's thread simulate orders of a cell, other ones each time. */
function simulating(pool: Pool, { protocol, n, m, f, orders }: (typeof CELLS)[number]): () => Promise<Tally> {
  const cell = cellOf(protocol, m, n, f, 'coin');
  const seed = cellSeed(1, cell);
  let batch = 0;
  return async () => {
    const answer = await pool.run({ type: 'trials', cell, seed, engine: 'simulator', size: orders, span: { from: 1 + orders * batch, count: orders } });
    batch += 1;
    if (!('tally' in answer)) throw new Error('these are no trials');
    return answer.tally;
  };
}

/** Both must do the same work: what they count may differ by chance only. @param theirs shares of `inC` orders */
function assertAlike(what: string, { orders, agreementViolated, attack, retreat }: Tally, theirs: readonly number[], inC: number): void {
  [agreementViolated, attack, retreat].forEach((count, index) => {
    const ours = count / orders;
    const share = (count + theirs[index]! * inC) / (orders + inC);
    const deviation = Math.sqrt(Math.max(share * (1 - share), 1 / orders) * (1 / orders + 1 / inC));
    if (Math.abs(ours - theirs[index]!) > 6 * deviation) throw new Error(`${what}: result ${index} has a share of ${ours} here, and of ${theirs[index]!} in C`);
  });
}

/** Time of the processor on both sides, as it is measured in C. */
async function rowOf(what: string, run: () => unknown, orders: number, theirs: () => number, limit?: number): Promise<Row> {
  const ours = async (): Promise<number> => {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / orders;
  };
  await ours();
  return inTurn(what, PAIRS, ours, async () => theirs(), limit);
}

function compiled(folder: string, name: string, options: readonly string[] = []): string {
  const program = join(folder, [name, ...options].join(''));
  execFileSync('cc', ['-O3', '-march=native', ...options, '-o', program, fileURLToPath(new URL(`../../bench/${name}.c`, import.meta.url))]);
  return program;
}

const runC = (program: string, options: readonly (string | number)[]): readonly string[] =>
  execFileSync(program, options.map(String), { encoding: 'utf8' }).trim().split(' ');

/** What an order takes in C. */
const microseconds = (program: string, options: readonly (string | number)[]): number => Number(runC(program, options)[0]) / 1000;

function lockstepped(orders: number): void {
  for (let draw = 1; draw <= orders; draw += 1) {
    runInRounds(
      { number: draw, protocol: 'oral', m: 2, members: MEMBERS, commander: MEMBERS[0]!, order: 'attack', seed: 1, draw, deadline: 1000 },
      { traitors: TRAITORS },
    );
  }
}
