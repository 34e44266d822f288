import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeId } from '../src/core/node.ts';
import { lockstep } from '../src/sim/lockstep.ts';
import { inTurn, time, type Row } from './measure.ts';

const SOURCE = fileURLToPath(new URL('../../bench/oral.c', import.meta.url));
const MEMBERS = [1, 2, 3, 4, 5, 6, 7].map(nodeId);
const TRAITORS = new Map([[nodeId(1), 'coin'], [nodeId(2), 'coin']]);
const ORDERS = 20_000;

/** Simulated orders beside the same algorithm in C, compiled here if there is a compiler. */
export async function benchSimulator(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  try {
    const program = join(folder, 'oral');
    execFileSync('cc', ['-O3', '-march=native', '-o', program, SOURCE]);
    simulated(ORDERS);
    const perOrder = async () => ((await time(async () => simulated(ORDERS))) * 1000) / ORDERS;
    const inC = async () => Number(execFileSync(program, ['1000000'], { encoding: 'utf8' }).split(' ')[0]) / 1000;
    report(await inTurn('simulated OM(2) among 7, µs an order (scalar C)', 10, perOrder, inC));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.error('simulator: skipped, there is no C compiler');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function simulated(orders: number): void {
  for (let draw = 1; draw <= orders; draw += 1) {
    lockstep(
      { number: draw, protocol: 'oral', faults: 2, members: MEMBERS, commander: MEMBERS[0]!, order: 'attack', seed: 1, draw, deadline: 1000 },
      { traitors: TRAITORS },
    );
  }
}
