import type { Completion } from './completion.ts';
import type { Session } from './command.ts';
import { historyPath, openHistory } from './history.ts';
import type { Looks } from './looks.ts';
import { barOf, type Progress } from './progress.ts';
import { openTerminal } from './terminal.ts';

/**
 * The prompt at a terminal. It is drawn first; the generals are mustered behind it, and the first command waits for them.
 * @param muster makes the session; called when the prompt is drawn
 * @returns the exit status
 */
export async function interact(muster: () => Promise<Session>, looks: Looks): Promise<number> {
  let session: Session | undefined;
  let complete: ((line: string, cursor: number) => Completion) | undefined;
  let begin: (session: Session) => void;
  const begun = new Promise<Session>((resolve) => (begin = resolve));
  const terminal = openTerminal({
    input: process.stdin,
    output: process.stdout,
    prompt: looks.prompt,
    dim: (text) => looks.paint.dim(text),
    history: openHistory(historyPath(process.env)),
    complete: (line, cursor) => complete?.(line, cursor) ?? { from: cursor, candidates: [] },
    execute: async (line, signal) => perform(await begun, line, signal),
  });
  process.on('exit', () => terminal.restore());
  let drawn = -Infinity;
  const status = terminal.run();
  setImmediate(() => {
    muster().then(async (mustered) => {
      const watched = { ...mustered, progress };
      session = watched;
      const completion = await import('./complete.ts');
      complete = (line, cursor) => completion.complete(watched, line, cursor);
      await perform(watched, 'g-state', new AbortController().signal);
      begin(watched);
    }).catch((error: unknown) => {
      terminal.restore();
      process.stderr.write(`${looks.mistake(messageOf(error))}\n`);
      process.exit(70);
    });
  });
  const code = await status;
  await session?.army.disband();
  return code;

  function progress(now: Progress | undefined): void {
    if (now !== undefined && performance.now() - drawn < STATUS_PAUSE) return;
    drawn = performance.now();
    terminal.status(now && barOf(now));
  }

  async function perform(army: Session, line: string, signal: AbortSignal): Promise<boolean> {
    try {
      const [{ execute }, { render }] = await Promise.all([import('./execute.ts'), import('./render.ts')]);
      const answer = await execute(army, line, signal);
      if (answer.type === 'mistake') terminal.print(looks.mistake(answer.message));
      if (answer.type !== 'result') return false;
      terminal.print(render(answer.result, looks).trimEnd());
      return answer.result.type === 'farewell';
    } catch (error) {
      // A defect of ours in one command must not end the session of the person who met it.
      terminal.print(looks.mistake(`internal error: ${messageOf(error)}`));
      return false;
    }
  }
}

/** Milliseconds between two drawings of a bar. */
const STATUS_PAUSE = 100;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
