import type { Readable } from 'node:stream';
import type { Session } from './command.ts';
import { LINE_MAX, execute, wordsOf } from './execute.ts';
import { jsonOf } from './json.ts';
import { linesOf } from './lines.ts';
import { PROMPT, type Theme } from './theme.ts';
import { render } from './render.ts';

export interface ScriptOptions {
  /** What errors call the source, before the line's number: `line ` or `demo/first-order.txt:`. */
  readonly source: string;
  /** Whether each command is written before what it answers, so that the output reads as a transcript. */
  readonly echo: boolean;
  /** Whether the first mistake ends the script. */
  readonly failFast: boolean;
  /** Whether each command is answered by one JSON object. */
  readonly json: boolean;
  readonly looks: Theme;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The columns of the terminal that errors go to, if they go to one. */
  readonly errWidth?: number | undefined;
  /** Ends the command that is under way, and the script after it. */
  readonly signal: AbortSignal;
}

/**
 * Runs commands, one a line, until they end or one of them is `exit`. What an earlier run wrote can be run too: where the
 * first line that is neither blank nor a comment begins with the prompt, only lines that do are commands.
 * @returns whether all succeeded
 */
export async function runScript(session: Session, input: Readable, options: ScriptOptions): Promise<boolean> {
  const { looks, out, err } = options;
  let succeeded = true;
  let isTranscript: boolean | undefined;
  for await (const { number, text: line } of linesOf(input, LINE_MAX)) {
    if (wordsOf(line).length > 0) isTranscript ??= line.startsWith(PROMPT);
    if (isTranscript === true && !line.startsWith(PROMPT)) continue;
    const text = isTranscript === true ? line.slice(PROMPT.length) : line;
    const answer = await execute(session, text, options.signal);
    if (answer.type === 'nothing') continue;
    if (options.echo && !options.json) out(`${looks.prompt}${text.trim()}\n`);
    if (options.json) out(`${jsonOf(answer)}\n`);
    if (answer.type === 'mistake') {
      succeeded = false;
      err(`${looks.mistake(`${options.source}${number}: ${answer.message}`, options.errWidth)}\n`);
      if (options.failFast) break;
    } else {
      if (!options.json) out(render(answer.result, looks));
      if (answer.result.type === 'farewell') break;
    }
    if (options.signal.aborted) break;
  }
  return succeeded;
}
