import { closestMatch } from 'leven';
import { Refusal, quoted } from '../core/refusal.ts';
import { formOf, type Command, type Result, type Session } from './command.ts';
import { COMMANDS } from './commands.ts';

/**
 * The longest line that is read as a command, in characters: room for a word for each message that a traitor sends in the
 * largest order that OM allows, so that whatever check finds can be written down by `choose`.
 */
export const LINE_MAX = 2 ** 20;

/** What came of one line. */
export type Answer =
  /** Blank, or a comment. */
  | { readonly type: 'nothing' }
  | { readonly type: 'result'; readonly command: string; readonly result: Result }
  /** A user's mistake, in one line with the right form; nothing has changed. */
  | { readonly type: 'mistake'; readonly message: string };

/** Runs one line of the command language: a command and its words, letter case and extra spaces being of no matter. */
export async function execute(session: Session, line: string, signal: AbortSignal): Promise<Answer> {
  if (line.length > LINE_MAX) return mistake(`the line is too long: ${LINE_MAX} characters at the most`);
  const [word, ...words] = wordsOf(line);
  if (word === undefined) return { type: 'nothing' };
  const command = COMMANDS.find(({ name }) => name === word.toLowerCase());
  if (command === undefined) return mistake(unknownCommand(word));
  if (!command.forms.some((form) => form.length === words.length || (form.at(-1)?.isMany === true && form.length < words.length))) return mistake(`${wordCount(command, words)} – ${usage(command)}`);
  try {
    return { type: 'result', command: command.name, result: await command.run(session, words, signal) };
  } catch (error) {
    if (error instanceof Refusal) return mistake(`${error.message} – ${usage(command)}`);
    throw error;
  } finally {
    session.progress(undefined);
  }
}

/** The words of a line; none if it is blank or a comment. */
export function wordsOf(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' || trimmed.startsWith('#') ? [] : trimmed.split(/\s+/);
}

const mistake = (message: string): Answer => ({ type: 'mistake', message });

function unknownCommand(word: string): string {
  // A third of the word may be wrong; beyond that a guess says more about us than about what was meant.
  const maxDistance = Math.max(1, Math.floor(word.length / 3));
  const near = word.length > 40 ? undefined : closestMatch(word.toLowerCase(), COMMANDS.map(({ name }) => name), { maxDistance });
  return `there is no command ${quoted(word)}${near === undefined ? '' : `, did you mean ${near}?`} – help lists all`;
}

function wordCount({ name, forms }: Command, words: readonly string[]): string {
  const most = Math.max(...forms.map(({ length }) => length));
  return words.length > most ? `${name} does not take ${quoted(words[most]!)}` : `${name} needs another word`;
}

const usage = (command: Command): string => `${formOf(command)}, for example ${command.example}`;
