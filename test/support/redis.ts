import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { cared } from './cared.ts';
import { freePorts } from './founded.ts';

/** Why there is none here; undefined if there is. */
export const redisUnavailable = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server'))) ? undefined : 'redis-server is not installed';

/** A Redis of a test's own. */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** Ends it by that signal, and waits for its end. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, at the same port, with what its disk has. */
  again(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', endRedis);

/** Starts a redis-server that keeps nothing on its disk, unless its settings say so. */
export async function ownRedis(settings: readonly string[] = [], secure?: readonly string[]): Promise<OwnRedis> {
  const [port] = await freePorts(1) as [number];
  const folder = mkdtempSync(join(tmpdir(), 'generals-redis-'));
  folders.add(folder);
  let child: ChildProcess;
  const begin = async (): Promise<void> => {
    const ports = secure === undefined ? ['--port', String(port)] : ['--port', '0', '--tls-port', String(port), ...secure];
    child = cared(spawn('redis-server', [...ports, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...settings], { stdio: ['ignore', 'pipe', 'inherit'] }));
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      said.push(line);
      if (line.includes('Ready to accept connections')) break;
    }
    if (child.exitCode !== null || !said.at(-1)!.includes('Ready')) throw new Error(`redis-server ended: ${said.join('\n')}`);
    child.stdout!.resume();
  };
  await begin();
  return {
    port,
    url: `${secure === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}/0`,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    again: begin,
  };
}

/** Ends what tests left running. */
export function endRedis(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  running.clear();
  folders.clear();
}
