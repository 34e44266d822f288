import { existsSync } from 'node:fs';
import { quoted, quotedPath } from '../core/user-error.ts';
import { STRATEGIES } from '../generals/faults/registry.ts';
import { PROTOCOLS } from '../generals/protocols/registry.ts';
import { UsageError } from './arguments.ts';
import { writeText } from './files.ts';
import { lineOf } from './invocation.ts';
import { SYSTEMS } from '../systems.ts';
import { startingFiles } from './starting-files.ts';
import type { NewOptions } from './subcommands/new.ts';

/** Writes the files that somebody begins with. @returns the exit status */
export async function newCommand({ kind, name }: NewOptions): Promise<number> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new UsageError(`a name is of small letters, digits and hyphens, and begins with a letter, not ${quoted(name)}`);
  const ours = { protocol: PROTOCOLS, strategy: STRATEGIES, system: SYSTEMS }[kind];
  if (ours.some((one) => one.name === name)) throw new UsageError(`there is a ${kind} ${quoted(name)} already: give it another name`);
  const files = startingFiles(kind, name);
  for (const { file } of files) if (existsSync(file)) throw new UsageError(`${quotedPath(file)} is there already, and is left as it is: give another name`);
  for (const { file, text } of files) writeText(file, text);
  const own = `./${name}.ts`;
  const tries = { protocol: [['4', '--protocol', own], ['grade', own]], strategy: [['4', '--strategy', own], ['campaign', '--strategy', own]], system: [['simulate', '--protocol', own], ['grade', own]] }[kind];
  process.stdout.write(`written: ${files.map(({ file }) => file).join(', ')}\n${tries.map((line) => `try: ${lineOf(line)}\n`).join('')}test: npx mocha ${name}.test.mjs\n`);
  return 0;
}
