import { readFileSync, readdirSync } from 'node:fs';
import { UserError, reasonOf } from '../core/user-error.ts';
import type { Demo } from './command.ts';

/** Where the demos lie, in the project as in the package. */
const FOLDER = new URL('../../../demo/', import.meta.url);

/** All demos of the prompt, by name. */
export function readDemos(): Demo[] {
  try {
    const names = readdirSync(FOLDER).filter((file) => file.endsWith('.txt')).toSorted();
    return names.map((file) => {
      const lines = readFileSync(new URL(file, FOLDER), 'utf8').trimEnd().split('\n');
      return { name: file.slice(0, -'.txt'.length), summary: (lines[0] ?? '').replace(/^# */, ''), lines };
    });
  } catch (error) {
    throw new UserError(`the demos cannot be read: ${reasonOf(error)}`);
  }
}
