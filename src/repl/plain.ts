import type { Session } from './command.ts';
import { execute, LINE_MAX } from './execute.ts';
import { historyPath, openHistory } from './history.ts';
import { wrapped } from '../core/wrapped.ts';
import { linesOf } from './lines.ts';
import { PROMPT, type Theme } from './theme.ts';
import { plainLines } from './progress.ts';
import { render } from './render.ts';
import { WELCOME_PLAIN } from './welcome.ts';

/**
 * The prompt at a terminal that is to get no escape sequence: the terminal itself edits the line, and nobody is asked.
 * @param muster makes the session
 * @param during does work during which a Ctrl-C is heeded so
 * @returns the exit status
 */
export async function interactPlainly(muster: () => Promise<Session>, looks: Theme, during: <Result>(heed: () => void, work: () => Promise<Result>) => Promise<Result>): Promise<number> {
  const say = (text: string): void => void process.stdout.write(text);
  say(`${wrapped(WELCOME_PLAIN, looks.width).join('\n')}\n`);
  const session: Session = { ...(await muster()), progress: plainLines(say) };
  const history = openHistory(historyPath(process.env));
  try {
    await perform('g-state');
    say(PROMPT);
    for await (const { text } of linesOf(process.stdin, LINE_MAX)) {
      if (await perform(text)) return 0;
      history.add(text);
      say(PROMPT);
    }
    say('\n');
    return 0;
  } finally {
    await session.army.disband();
  }

  /** @returns whether that was the last line */
  async function perform(line: string): Promise<boolean> {
    const controller = new AbortController();
    try {
      const answer = await during(() => controller.abort(), () => execute(session, line, controller.signal));
      if (answer.type === 'mistake') say(`${looks.mistake(answer.message, looks.width)}\n`);
      if (answer.type !== 'result') return false;
      say(render(answer.result, looks));
      return answer.result.type === 'farewell';
    } catch (error) {
      // A defect of ours in one command must not end the session of the person who met it.
      say(`${looks.mistake(`internal error: ${error instanceof Error ? error.message : String(error)}`, looks.width)}\n`);
      return false;
    }
  }
}
