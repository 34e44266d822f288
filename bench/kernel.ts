import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelFor, type KernelCounts } from '../src/campaign/kernel/kernel.ts';
import { nodeId } from '../src/core/node.ts';
import { inTurn, type Row } from './measure.ts';

/** Armies whose first `f` are traitors, the commander among them; and the least that the faster kernel should come to. */
const ARMIES = [
  { protocol: 'exchange', n: 7, m: 1, f: 2, least: 20, inC: 1_000_000 },
  { protocol: 'exchange', n: 16, m: 1, f: 5, least: 20, inC: 200_000 },
  { protocol: 'exchange', n: 64, m: 1, f: 21, least: 20, inC: 20_000 },
  { protocol: 'oral', n: 7, m: 2, f: 2, least: 100, inC: 200_000 },
  { protocol: 'oral', n: 7, m: 2, f: 3, least: 100, inC: 200_000 },
  { protocol: 'oral', n: 10, m: 3, f: 3, least: 100, inC: 10_000 },
  { protocol: 'oral', n: 10, m: 3, f: 4, least: 100, inC: 10_000 },
] as const;

type ArmyBenched = (typeof ARMIES)[number];

const SOURCES = { exchange: 'exchange.c', oral: 'orders.c' } as const;
const PAIRS = 9;

/** Orders a microsecond by kernels, each beside scalar C on one core; compiled here if there is a compiler. */
export async function benchKernel(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  try {
    for (const army of ARMIES) {
      const program = join(folder, `${army.protocol}-${army.n}-${army.f}`);
      const source = fileURLToPath(new URL(`../../bench/${SOURCES[army.protocol]}`, import.meta.url));
      execFileSync('cc', ['-O3', '-march=native', `-DN=${army.n}`, `-DM=${army.m}`, `-DF=${army.f}`, '-o', program, source]);
      for (const engine of ['wasm', 'js'] as const) {
        const row = await rowOf(army, engine, program);
        if (row !== undefined) report(row);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.error('kernel: skipped, there is no C compiler');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(army: ArmyBenched, engine: 'js' | 'wasm', program: string): Promise<Row | undefined> {
  const { protocol, n, m, f, least } = army;
  const traitors = Array.from({ length: f }, (_, index) => nodeId(index + 1));
  const kernel = kernelFor({ protocol, members: n, m, traitors, order: 'attack', strategy: 'coin' }, { engine });
  if (kernel === undefined) return undefined;
  let batch = 0;
  /** Milliseconds of the processor, as they are measured in C. */
  const timed = (steps: number): number => {
    batch += 1;
    const start = process.cpuUsage();
    kernel.run(1, batch, steps);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  // Long enough to be measured, and for the compiler behind it to have done its best before the first pair.
  let steps = 1024;
  while (timed(steps) < 60) steps *= 2;
  assertAlike(army, kernel.run(2, 1, Math.ceil(army.inC / kernel.orders)), cCounts(army, program));
  const ours = async (): Promise<number> => (steps * kernel.orders) / (timed(steps) * 1000);
  const theirs = async (): Promise<number> => 1000 / Number(runC(army, program)[0]);
  const name = protocol === 'oral' ? `OM(${m})` : protocol;
  const wanted = engine === 'wasm' ? `, at least ${least} times` : '';
  return inTurn(`${name} among ${n}, ${f} traitors, orders/µs in ${engine} (scalar C${wanted})`, PAIRS, ours, theirs);
}

const runC = ({ protocol, n, m, f, inC }: ArmyBenched, program: string): readonly string[] => execFileSync(program, [protocol, n, m, f, inC].map(String), { encoding: 'utf8' }).trim().split(' ');

function cCounts(army: ArmyBenched, program: string): readonly number[] {
  return runC(army, program).slice(1).map((count) => Number(count) / army.inC);
}

/** Both must do the same work: what they count may differ by chance only. */
function assertAlike({ inC, protocol, n }: ArmyBenched, { orders, agreementViolated, executedAttack, executedRetreat }: KernelCounts, theirs: readonly number[]): void {
  [agreementViolated, executedAttack, executedRetreat].forEach((count, index) => {
    const share = count / orders;
    const deviation = Math.sqrt((2 * Math.max(share * (1 - share), 1 / inC)) / inC);
    if (Math.abs(share - theirs[index]!) > 6 * deviation) throw new Error(`${protocol} among ${n}: result ${index} has a share of ${share} here, and of ${theirs[index]!} in C`);
  });
}
