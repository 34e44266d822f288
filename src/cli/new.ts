import { lstatSync } from 'node:fs';
import { quoted, quotedPath } from '../core/user-error.ts';
import { strategyNamed } from '../generals/faults/registry.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { UsageError } from './arguments.ts';
import { writeText } from './files.ts';
import { lineOf } from './invocation.ts';
import { systemNamed } from '../systems.ts';
import { startingFiles } from './starting-files.ts';
import type { NewOptions } from './subcommands/new.ts';

/** Writes the files that somebody begins with. @returns the exit status */
export async function newCommand({ kind, name }: NewOptions): Promise<number> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new UsageError(`a name is of small letters, digits and hyphens, and begins with a letter, not ${quoted(name)}`);
  const named = { protocol: protocolNamed, strategy: strategyNamed, system: systemNamed }[kind];
  if (named(name) !== undefined) throw new UsageError(`there is a ${kind} ${quoted(name)} already: give it another name`);
  const files = startingFiles(kind, name);
  // A link is there even if what it leads to is not.
  for (const { file } of files) if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw new UsageError(`${quotedPath(file)} is there already, and is left as it is: give another name`);
  for (const { file, text } of files) writeText(file, text);
  const own = `./${name}.ts`;
  const tries = { protocol: [['4', '--protocol', own], ['grade', own]], strategy: [['4', '--strategy', own], ['campaign', '--strategy', own]], system: [['simulate', '--protocol', own], ['grade', own]] }[kind];
  process.stdout.write(`written: ${files.map(({ file }) => file).join(', ')}\n${tries.map((line) => `try: ${lineOf(line)}\n`).join('')}test: npx mocha ${name}.test.mjs\n`);
  return 0;
}
