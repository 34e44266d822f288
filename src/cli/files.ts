import { appendFileSync, closeSync, existsSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { quotedPath, reasonOf } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';

/** The text of a file. @throws UsageError in one line, if it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${quotedPath(file)} cannot be read: ${reasonOf(error)}`);
  }
}

/** Writes a text to a file. @throws UsageError in one line, if it cannot be written */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
  }
}

/** Writes a text behind what a file holds. @throws UsageError in one line, if it cannot be written */
export function appendText(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
  }
}

/** Sees to it that a file can be written before work begins that may end in writing it. What it holds is kept; where there is none, none is left. */
export function mustBeWritable(file: string): void {
  const isNew = !existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
    if (isNew) unlinkSync(file);
  } catch (error) {
    throw new UsageError(`${quotedPath(file)} cannot be written: ${reasonOf(error)}`);
  }
}
