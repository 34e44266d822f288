import { parseOrder } from '../generals/order.ts';
import { CodeFault } from '../core/code-fault.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { formOf, type Answer, type Command, type Session } from './command.ts';
import { COMMANDS, commandNamed } from './commands.ts';
import { nearest } from './nearest.ts';

export type { Answer } from './command.ts';

/**
 * The longest line that is read as a command, in characters: room for a word for each message that a traitor sends in the
 * largest order that OM allows, so that whatever check finds can be written down by `choose`.
 */
export const LINE_MAX = 2 ** 20;

/**
 * Runs one line of the command language: a command and its words, letter case and extra spaces being of no matter. Somebody at a
 * terminal is asked for words that are missing.
 */
export async function execute(session: Session, line: string, signal: AbortSignal): Promise<Answer> {
  const answer = await answerTo(session, line, signal);
  session.answered?.(session, line, answer);
  return answer;
}

async function answerTo(session: Session, line: string, signal: AbortSignal): Promise<Answer> {
  if (line.length > LINE_MAX) return mistake(`the line is too long: ${LINE_MAX} characters at the most`);
  const [word, ...typed] = wordsOf(line);
  if (word === undefined) return { type: 'nothing' };
  const command = commandNamed(word);
  if (command === undefined) return mistake(unknownCommand(word));
  try {
    const words = fits(command, typed.length) ? typed : await asked(session, command, typed);
    if (words === undefined) return { type: 'nothing' };
    if (!fits(command, words.length)) return mistake(`${wordCount(command, words)} – ${usage(command)}`);
    const result = await command.run(session, words, signal, execute);
    const whole = [command.name, ...words].join(' ');
    if (command.matters?.(words) === true) session.journal.lines.push(whole);
    return { type: 'result', command: command.name, result, ...(words === typed ? {} : { line: whole }) };
  } catch (error) {
    if (error instanceof UserError) return mistake(`${error.message} – ${usage(command)}`);
    if (error instanceof CodeFault) return mistake(error.message);
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

/** Whether a command takes that many words. */
const fits = ({ forms }: Command, count: number): boolean => forms.some((form) => form.length === count || (form.at(-1)?.isMany === true && form.length < count));

/**
 * The words, with those that were missing as somebody answered them; as they are, where nobody can be asked.
 * @returns undefined if a question was left
 */
async function asked(session: Session, command: Command, typed: readonly string[]): Promise<readonly string[] | undefined> {
  if (session.person === undefined) return typed;
  const words = [...typed];
  for (;;) {
    const parameter = command.forms.find((form) => form.length > words.length)?.[words.length] ?? command.forms.map((form) => form.at(-1)).find((last) => last?.isMany === true);
    const question = parameter?.ask?.(session, words);
    if (question === undefined) return words;
    const answer = await session.person.ask(question);
    if (answer === undefined) return undefined;
    words.push(answer);
  }
}

const mistake = (message: string): Answer => ({ type: 'mistake', message });

function unknownCommand(word: string): string {
  const near = parseOrder(word.toLowerCase()) === undefined ? nearest(word, COMMANDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])])) : `actual-order ${word.toLowerCase()}`;
  return `there is no command ${quoted(word)}${near === undefined ? '' : `, did you mean ${near}?`} – help lists all`;
}

function wordCount({ name, forms }: Command, words: readonly string[]): string {
  const most = Math.max(...forms.map(({ length }) => length));
  return words.length > most ? `${name} does not take ${quoted(words[most]!)}` : `${name} needs another word`;
}

const usage = (command: Command): string => `${formOf(command)}, for example ${command.example}`;
