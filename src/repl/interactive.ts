import { barText, type Progress } from '../campaign/bar.ts';
import type { Completion } from './completion.ts';
import type { Session } from './command.ts';
import { isFirstPromptDrawn } from './first-prompt.ts';
import { historyPath, openHistory } from './history.ts';
import { wrapped } from '../core/wrapped.ts';
import type { Theme } from './theme.ts';
import { openTerminal } from './terminal.ts';
import { WELCOME } from './welcome.ts';

/** Who commands the same army from elsewhere, and has what it does written above the prompt. */
export interface Neighbour {
  /** What is said of it first. */
  readonly line: string;
  print: (text: string) => void;
}

/**
 * The prompt at a terminal. It is drawn first; the generals are mustered behind it, and the first command waits for them.
 * @param muster makes the session; called when the prompt is drawn
 * @returns the exit status
 */
export async function interact(muster: () => Promise<Session>, looks: Theme, neighbour?: Neighbour): Promise<number> {
  let session: Session | undefined;
  let complete: ((line: string, cursor: number) => Completion) | undefined;
  let hint: ((line: string) => string) | undefined;
  let begin: (session: Session) => void;
  const begun = new Promise<Session>((resolve) => (begin = resolve));
  // Each thread hangs listeners on it, as Node hands on what is printed there; with sixty of them the prompt's own would be warned of.
  process.stdout.setMaxListeners(0);
  const history = openHistory(historyPath(process.env));
  const terminal = openTerminal({
    input: process.stdin,
    output: process.stdout,
    prompt: looks.prompt,
    dim: (text) => looks.paint.dim(text),
    bright: (text) => looks.paint.cyan(text),
    history,
    complete: (line, cursor) => complete?.(line, cursor) ?? { from: cursor, candidates: [] },
    // Without colour nobody could tell it from what was typed.
    hint: (line) => (looks.paint.level === 0 ? '' : (hint?.(line) ?? '')),
    execute: async (line, signal) => perform(await begun, line, signal),
  });
  process.on('exit', () => terminal.restore());
  let drawn = -Infinity;
  if (isFirstPromptDrawn()) process.stdout.write(CLEAR_LINE);
  else terminal.print(wrapped(looks.paint.dim(WELCOME), looks.width).join('\n'));
  if (neighbour !== undefined) {
    terminal.print(neighbour.line);
    neighbour.print = (text) => terminal.print(text.trimEnd());
  }
  const status = terminal.run();
  setImmediate(() => {
    muster().then(async (mustered) => {
      const watched = { ...mustered, progress, person: terminal };
      session = watched;
      const completion = await import('./complete.ts');
      complete = (line, cursor) => completion.complete(watched, line, cursor);
      hint = completion.hintFor;
      await perform(watched, 'g-state', new AbortController().signal);
      begin(watched);
    }).catch((error: unknown) => {
      terminal.restore();
      process.stderr.write(`${looks.mistake(messageOf(error), looks.width)}\n`);
      process.exit(70);
    });
  });
  const code = await status;
  await session?.army.disband();
  return code;

  function progress(now: Progress | undefined): void {
    if (now !== undefined && performance.now() - drawn < STATUS_PAUSE) return;
    drawn = performance.now();
    terminal.status(now && barText(now, looks.width - 1));
  }

  async function perform(army: Session, line: string, signal: AbortSignal): Promise<boolean> {
    try {
      const [{ execute }, { pagesOf, render }] = await Promise.all([import('./execute.ts'), import('./render.ts')]);
      const answer = await execute(army, line, signal);
      if (answer.type === 'mistake') terminal.print(looks.mistake(answer.message, looks.width));
      if (answer.type !== 'result') return false;
      const { result } = answer;
      if (answer.line !== undefined) {
        // As if it had been typed so, that it can be learnt, and brought back by Up.
        history.add(answer.line);
        terminal.print(wrapped(looks.paint.dim(`${looks.prompt}${answer.line}`), looks.width).join('\n'));
      }
      if (result.type === 'clear') terminal.clear();
      else if (result.type === 'steps') await terminal.leaf(() => pagesOf(result, looks));
      else if (result.type !== 'farewell') terminal.print(render(result, looks).trimEnd());
      return result.type === 'farewell';
    } catch (error) {
      // A defect of ours in one command must not end the session of the person who met it.
      terminal.print(looks.mistake(`internal error: ${messageOf(error)}`, looks.width));
      return false;
    }
  }
}

const CLEAR_LINE = '\r\u001b[K';

/** Milliseconds between two drawings of a bar. */
const STATUS_PAUSE = 100;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
