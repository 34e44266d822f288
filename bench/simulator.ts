import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellSeed } from '../src/campaign/draw.ts';
import { cellOf } from '../src/campaign/grid.ts';
import { simulated } from '../src/campaign/trials.ts';
import { nodeId } from '../src/core/node.ts';
import { lockstep } from '../src/sim/lockstep.ts';
import { inTurn, type Row } from './measure.ts';

const MEMBERS = [1, 2, 3, 4, 5, 6, 7].map(nodeId);
const TRAITORS = new Map([[nodeId(1), 'coin'], [nodeId(2), 'coin']]);

/** Armies of a campaign, the simulator's slowness that is wanted at the most, and how many orders are measured. */
const CELLS = [
  { protocol: 'exchange', n: 7, m: 1, f: 2, limit: undefined, orders: 40_000, inC: 2_000_000 },
  { protocol: 'exchange', n: 16, m: 1, f: 5, limit: undefined, orders: 10_000, inC: 400_000 },
  { protocol: 'oral', n: 7, m: 2, f: 2, limit: 20, orders: 15_000, inC: 100_000 },
  { protocol: 'oral', n: 10, m: 3, f: 3, limit: 20, orders: 1500, inC: 10_000 },
] as const;

const PAIRS = 9;

/** Simulated orders beside the same in plain C on one core, compiled here if there is a compiler. */
export async function benchSimulator(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  try {
    const oral = compiled(folder, 'oral');
    report(await rowOf('simulated OM(2) among 7, µs an order (C made for this army)', () => lockstepped(15_000), 15_000, () => inC(oral, 1_000_000)));
    for (const { protocol, n, m, f, limit, orders, inC: ordersInC } of CELLS) {
      const program = compiled(folder, protocol === 'oral' ? 'oral-any' : 'exchange', [`-DN=${n}`, `-DM=${m}`, `-DF=${f}`]);
      const cell = cellOf(protocol, m, n, f, 'coin');
      const seed = cellSeed(1, cell);
      const name = protocol === 'oral' ? `OM(${m})` : protocol;
      report(await rowOf(`a campaign's ${name} among ${n}, ${f} traitors, µs an order (scalar C)`, () => simulated(cell, seed, { from: 1, count: orders }), orders, () => inC(program, ordersInC), limit));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.error('simulator: skipped, there is no C compiler');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Time of the processor on both sides, as it is measured in C. */
async function rowOf(what: string, run: () => void, orders: number, theirs: () => number, limit?: number): Promise<Row> {
  const ours = async (): Promise<number> => {
    const start = process.cpuUsage();
    run();
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

/** Microseconds an order. */
const inC = (program: string, orders: number): number => Number(execFileSync(program, [`${orders}`], { encoding: 'utf8' }).split(' ')[0]) / 1000;

function lockstepped(orders: number): void {
  for (let draw = 1; draw <= orders; draw += 1) {
    lockstep(
      { number: draw, protocol: 'oral', faults: 2, members: MEMBERS, commander: MEMBERS[0]!, order: 'attack', seed: 1, draw, deadline: 1000 },
      { traitors: TRAITORS },
    );
  }
}
