import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inTurn, time, type Row } from './measure.ts';

const MAIN = fileURLToPath(new URL('../bin/generals.js', import.meta.url));

/** Campaigns that take a while. Of the first most is over before threads are warm. */
const CAMPAIGNS: readonly (readonly [what: string, words: readonly string[]])[] = [
  ['10⁷ orders by kernels', ['--protocol', 'exchange,oral', '--members', '7', '--faults', '2', '--orders', '1e7', '--seed', '1']],
  ['10⁶ orders by the simulator', ['--protocol', 'oral', '--members', '7', '--m', '2', '--faults', '2', '--orders', '1e6', '--seed', '1', '--engine', 'simulator']],
];

const RATIO_MAX = 1.15;

/** A campaign by way of a queue with two workers of one thread each, beside the same on two threads of one process. */
export async function benchMany(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  const children: ChildProcess[] = [];
  try {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await once(probe.close(), 'close');
    const queue = `redis://127.0.0.1:${port}/0`;
    await begun('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], 'Ready to accept');
    for (let worker = 0; worker < 2; worker += 1) await begun(process.execPath, [MAIN, 'worker', '--queue', queue, '--threads', '1'], 'Worker ');
    for (const [what, words] of CAMPAIGNS) {
      const run = (more: readonly string[]) => (): Promise<number> => time(async () => {
        const [code] = await once(spawn(process.execPath, [MAIN, 'campaign', ...words, ...more, '--json'], { stdio: ['ignore', 'ignore', 'inherit'] }), 'close') as [number];
        if (code !== 0) throw new Error(`it ended with ${code}`);
      });
      report(await inTurn(`${what}, queued with two workers (two threads)`, 3, run(['--queue', queue]), run(['--threads', '2']), RATIO_MAX));
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }

  async function begun(command: string, words: readonly string[], ready: string): Promise<void> {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) if (line.includes(ready)) break;
    child.stdout.resume();
  }
}
