import { UserError, quoted } from '../core/user-error.ts';
import type { DemoStep, Execute, Result, Session } from './command.ts';
import { nearest } from './nearest.ts';

/** With how many generals a demo begins. */
const MUSTERED = 4;

/** Runs a demo in a camp of its own, and leaves the session as it was. @throws UserError if there is no such demo */
export async function performed(session: Session, word: string, signal: AbortSignal, execute: Execute): Promise<Result> {
  const all = session.demos();
  const wanted = word.toLowerCase().replace(/\.txt$/, '');
  const demo = all.find(({ name }) => name === wanted);
  if (demo === undefined) {
    const near = nearest(wanted, all.map(({ name }) => name));
    throw new UserError(`there is no demo ${quoted(word)}${near === undefined ? '' : `, did you mean ${near}?`}`);
  }
  const camp = { ...session, army: await session.muster(MUSTERED, {}), outcome: undefined, isTraced: false, journal: { ...session.journal, lines: [] }, record: () => undefined, person: undefined, answered: undefined };
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
