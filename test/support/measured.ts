import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MEASURE = fileURLToPath(new URL('measure.js', import.meta.url));

/** What `measure.ts` measures, in a process of its own. */
export async function measured<T>(...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', MEASURE, ...args]);
  return JSON.parse(stdout) as T;
}
