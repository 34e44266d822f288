import { formAfter, type Parameter, type Session } from './command.ts';
import { COMMANDS, commandNamed } from './commands.ts';
import type { Completion } from './completion.ts';

/** What may stand at the cursor: commands, then the words that the command takes there. */
export function complete(session: Session, line: string, cursor: number): Completion {
  const before = line.slice(0, cursor);
  const from = before.search(/\S*$/);
  const typed = before.slice(from).toLowerCase();
  const earlier = before.slice(0, from).trim().toLowerCase().split(/\s+/).filter((word) => word !== '');
  const words = earlier.length === 0 ? COMMANDS.map(({ name }) => name) : wordsAt(session, earlier);
  return { from, candidates: words.filter((word) => word.toLowerCase().startsWith(typed) || word.toLowerCase() === `g${typed}`) };
}

function wordsAt(session: Session, [name, ...words]: readonly string[]): string[] {
  const command = commandNamed(name ?? '');
  const candidates = (command?.forms ?? []).flatMap((form) => parameterAt(form, words.length)?.words?.(session) ?? []);
  return [...new Set(candidates)];
}

/** The last parameter may stand for many words. */
const parameterAt = (form: readonly Parameter[], place: number): Parameter | undefined => form[place] ?? (form.at(-1)?.isMany === true ? form.at(-1) : undefined);

/** What may follow the words of a line, as the command's form has it; nothing before the command's name is whole. */
export function hintFor(line: string): string {
  const [name, ...words] = line.trimStart().split(/\s+/);
  const command = commandNamed(name ?? '');
  if (command === undefined) return '';
  // The last word is still being typed, unless there is a space behind it.
  const isBetween = /\s$/.test(line);
  const form = formAfter(command, words.length - (isBetween ? 1 : 0));
  return isBetween ? form.trimStart() : form;
}
