import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { UserError, quoted, reasonOf } from '../core/user-error.ts';
import type { DemoStep, Execute, Result, Session } from './command.ts';
import { nearest } from './nearest.ts';

/** A script that shows something, with comments that say what. */
interface Demo {
  readonly name: string;
  /** Its first comment. */
  readonly summary: string;
  readonly lines: readonly string[];
}

/** Where the demos lie, in the project as in the package. */
const FOLDER = new URL('../../../demo/', import.meta.url);

/** With how many generals a demo begins. */
const MUSTERED = 4;

/** The names of all demos of the prompt; none if they cannot be read. */
export function demoNames(): string[] {
  return existsSync(FOLDER) ? demos().map(({ name }) => name) : [];
}

/** All demos of the prompt, by name. */
export function demos(): Demo[] {
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

/** Runs a demo in a camp of its own, and leaves the session as it was. @throws UserError if there is no such demo */
export async function performed(session: Session, word: string, signal: AbortSignal, execute: Execute): Promise<Result> {
  const all = demos();
  const wanted = word.toLowerCase().replace(/\.txt$/, '');
  const demo = all.find(({ name }) => name === wanted);
  if (demo === undefined) {
    const near = nearest(wanted, all.map(({ name }) => name));
    throw new UserError(`there is no demo ${quoted(word)}${near === undefined ? '' : `, did you mean ${near}?`}`);
  }
  const camp = { ...session, army: await session.muster(MUSTERED, {}), outcome: undefined, isTraced: false, journal: { ...session.journal, lines: [] }, record: () => undefined, person: undefined };
  const steps: DemoStep[] = [];
  try {
    for (const line of demo.lines) {
      if (signal.aborted) break;
      if (line.startsWith('#')) steps.push({ type: 'comment', text: line.replace(/^# */, '') });
      else if (line.trim() !== '') steps.push({ type: 'command', line: line.trim(), answer: await execute(camp, line, signal) });
    }
  } finally {
    await camp.army.disband();
  }
  return { type: 'demo', name: demo.name, steps };
}
