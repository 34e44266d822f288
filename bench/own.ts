import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, type Row } from './measure.ts';
import type { Work } from './own-side.ts';

const SOURCES = fileURLToPath(new URL('../../src/generals/', import.meta.url));
const SIDE = fileURLToPath(new URL('own-side.js', import.meta.url));

/** What one of ours and the same file under another path are asked to do, and how much more it may take. */
const WORKS: readonly (Work & { readonly limit?: number })[] = [
  { type: 'threads', protocol: 'exchange', n: 7, m: 2, count: 150, limit: 1.1 },
  { type: 'threads', protocol: 'oral', n: 7, m: 2, count: 150, limit: 1.1 },
  { type: 'simulator', protocol: 'exchange', n: 7, m: 2, count: 20_000, limit: 1.1 },
  { type: 'simulator', protocol: 'oral', n: 7, m: 2, count: 5000, limit: 1.1 },
  { type: 'simulator', protocol: 'king', n: 7, m: 2, count: 2000, limit: 1.1 },
  { type: 'simulator', protocol: 'signed', n: 7, m: 2, count: 2000, limit: 1.1 },
  { type: 'kernel', protocol: 'oral', n: 7, m: 2, count: 2 ** 24, limit: 1.1 },
  { type: 'check', protocol: 'oral', n: 7, m: 2, count: 2, limit: 1.1 },
  { type: 'check', protocol: 'king', n: 7, m: 2, count: 1, limit: 1.1 },
  { type: 'check', protocol: 'signed', n: 4, m: 2, count: 2, limit: 1.1 },
  // An order begins where it can be ended, which takes a tenth of a millisecond.
  { type: 'prompt', protocol: 'oral', n: 7, m: 2, count: 300 },
];

const PAIRS = 21;

/** Code of one's own beside ours: the same file, which was brought. What it costs to compile it is not in it. */
export async function benchOwn(report: (row: Row) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-'));
  try {
    for (const { limit, ...work } of WORKS) {
      const own = await sideOf({ ...work, protocol: copyOf(folder, work.protocol) });
      const ours = await sideOf(work);
      const what = `${work.type === 'prompt' ? 'orders in virtual time' : work.type}, ${work.protocol} among ${work.n}, µs of ${work.count} (ours)`;
      await inTurn(what, 5, own.run, ours.run);
      report(await inTurn(what, PAIRS, own.run, ours.run, limit));
      await Promise.all([own.end(), ours.end()]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One of our files as somebody would have it who brings it: elsewhere, with another name. */
function copyOf(folder: string, name: string): string {
  const text = readFileSync(join(SOURCES, 'protocols', `${name}.ts`), 'utf8');
  const file = join(folder, `${name}-own.ts`);
  const renamed = text.replace(`name: '${name}'`, `name: '${name}-own'`);
  const placed = renamed.replaceAll(/'(\.\.?\/[^']+)'/g, (_all, path: string) => JSON.stringify(join(SOURCES, 'protocols', path)));
  writeFileSync(file, `${placed}\nexport { ${name} as protocol };\n`);
  return file;
}

async function sideOf(work: Work): Promise<{ readonly run: () => Promise<number>; readonly end: () => Promise<unknown> }> {
  const child = fork(SIDE, [JSON.stringify(work)]);
  const ended = once(child, 'exit');
  let answered: ((taken: number) => void) | undefined;
  let lost: ((error: Error) => void) | undefined;
  child.on('message', (taken: number) => answered?.(taken));
  child.on('exit', () => lost?.(new Error(`${work.type} of ${work.protocol} ended`)));
  const answer = (): Promise<number> => new Promise((resolve, reject) => ([answered, lost] = [resolve, reject]));
  await answer();
  return {
    run() {
      const taken = answer();
      child.send('run');
      return taken;
    },
    end() {
      lost = undefined;
      child.disconnect();
      return ended;
    },
  };
}
