import { AbortPromptError } from '@inquirer/core';
import type { Completion } from './completion.ts';
import { emptyDraft, type Draft } from './draft.ts';
import { Feeder, type Key } from './feeder.ts';
import type { History } from './history.ts';
import { leafThrough } from './leaf.ts';
import type { Question } from './person.ts';
import { Keyboard, editLine, lineKey, type Entry } from './prompt.ts';
import { askFor, askToLeave, type Screen } from './questions.ts';

export type { Completion } from './completion.ts';

export interface TerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** What a line is asked for with, such as `generals> `; it may hold colour codes. */
  readonly prompt: string;
  readonly history: History;
  /** What Tab offers for what stands before the cursor. */
  readonly complete: (line: string, cursor: number) => Completion;
  /**
   * Runs one line, which is never blank; resolves to true when the session should end. Must never reject. Output is
   * written through `print`. The signal is aborted by a Ctrl-C.
   */
  readonly execute: (line: string, signal: AbortSignal) => Promise<boolean>;
  /** What may follow what was typed, shown dim behind it; nothing if this is not given. */
  readonly hint?: (line: string) => string;
  /** How hints look; they look like everything else if this is not given. */
  readonly dim?: (text: string) => string;
  /** How that looks which is pointed at; as `dim`. */
  readonly bright?: (text: string) => string;
  /** What Ctrl-L writes, if not all of the screen is the prompt’s to clear. */
  readonly clearing?: () => string;
}

export interface Terminal {
  /**
   * Reads and executes lines until Ctrl-D on an empty line, a confirmed Ctrl-C, a second Ctrl-C while a line is still
   * executed, or until execute says so. To be called once.
   * @returns the exit status: 0, or 130 after Ctrl-C
   */
  run(): Promise<number>;
  /** Writes whole lines; above the prompt if one is open, with the half-typed line and its cursor kept. */
  print(text: string): void;
  /**
   * Shows one line, cut to the screen's width, below all that is printed while a command runs; it goes away with the command.
   * @param line nothing if undefined
   */
  status(line: string | undefined): void;
  /** Asks for a word that a command lacks, while it runs. @returns undefined if the question was left */
  ask(question: Question): Promise<string | undefined>;
  /** Shows pages one at a time, while a command runs, until somebody leaves them. @param pagesAt the pages for the window as it is */
  leaf(pagesAt: () => readonly (readonly string[])[]): Promise<void>;
  /** Clears the screen. */
  clear(): void;
  /** Restores the terminal. Safe to call at any time, twice too, also from process.on('exit'). */
  restore(): void;
}

/** A prompt with line editing, history and completion, at a real terminal. */
export const openTerminal = (options: TerminalOptions): Terminal => new Session(options);

/** The status that shells give to a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** Printing above an open prompt means to draw it anew; what is printed within this many milliseconds shares one drawing. */
const PRINT_DELAY = 15;

const CLEAR_BELOW = '\u001b[J';
const CLEAR_LINE = '\r\u001b[K';
const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const SHOW_CURSOR = '\u001b[?25h';

/** What has the screen: a prompt, above which is printed; a question, after which is printed; or nothing that minds. */
type Scene =
  | { readonly type: 'idle' }
  | { readonly type: 'prompt'; readonly close: () => void }
  | { readonly type: 'question' }
  | { readonly type: 'command'; readonly controller: AbortController; readonly leave: () => void };

const IDLE: Scene = { type: 'idle' };

class Session implements Terminal {
  readonly #options: TerminalOptions;
  readonly #feeder: Feeder;
  #scene: Scene = IDLE;
  #pending = '';
  #status = '';
  #printing: NodeJS.Timeout | undefined;
  #open = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#feeder = new Feeder(options.input, () => this.#cancel());
  }

  async run(): Promise<number> {
    this.#open = true;
    this.#feeder.open();
    this.#options.output.on('resize', this.#redraw);
    try {
      for (;;) {
        const status = await this.#perform(await this.#readLine());
        if (status !== undefined) return status;
      }
    } finally {
      this.restore();
    }
  }

  print(text: string): void {
    this.#pending += text.endsWith('\n') ? text : `${text}\n`;
    if (this.#scene.type === 'prompt') this.#printing ??= setTimeout(this.#redraw, PRINT_DELAY);
    else if (this.#scene.type !== 'question') this.#flush();
  }

  status(line = ''): void {
    const shown = this.#scene.type === 'command' ? line.slice(0, Math.max(0, this.#options.output.columns - 1)) : '';
    if (shown === this.#status) return;
    this.#options.output.write(CLEAR_LINE + shown);
    this.#status = shown;
  }

  ask(question: Question): Promise<string | undefined> {
    return this.#withKeys(() => askFor(this.#screen(), question));
  }

  leaf(pagesAt: () => readonly (readonly string[])[]): Promise<void> {
    return this.#withKeys(() => leafThrough(this.#screen(), pagesAt));
  }

  clear(): void {
    this.#pending = '';
    this.#options.output.write(CLEAR_SCREEN);
  }

  restore(): void {
    if (this.#open) {
      this.#options.output.uncork();
      this.#open = false;
      this.#options.output.off('resize', this.#redraw);
      this.#feeder.close();
      // A prompt that is still open has the cursor on its line.
      if (this.#scene.type === 'prompt' || this.#scene.type === 'question') this.#options.output.write('\n');
      this.#scene = IDLE;
      this.status();
      this.#options.output.write(SHOW_CURSOR);
    }
    this.#flush();
  }

  /** Does what was entered; resolves to the exit status if that ends the session. */
  async #perform({ type, line }: Entry): Promise<number | undefined> {
    switch (type) {
      case 'leave': return 0;
      case 'interrupt': return line === '' && (await this.#leaves()) ? INTERRUPTED : undefined;
      case 'line': return line.trim() === '' ? undefined : await this.#execute(line);
    }
  }

  async #readLine(): Promise<Entry> {
    const draft = emptyDraft();
    for (;;) {
      const entry = await this.#prompt(draft);
      this.#enter(IDLE);
      if (entry !== undefined) return entry;
    }
  }

  /** Opens the prompt; resolves to undefined if it was closed to be drawn anew. */
  async #prompt(draft: Draft): Promise<Entry | undefined> {
    const { output, prompt, history, complete, hint = () => '', dim = asIs } = this.#options;
    const keyboard = new Keyboard();
    const closing = new AbortController();
    const context = { input: keyboard, output, signal: closing.signal, clearPromptOnDone: false };
    const whisper = (text: string): void => void output.write(`${dim(text)}\u001b[${text.length}D`);
    const entry = editLine({ prompt, draft, history: history.lines, complete, dim, columns: output.columns, hint, whisper }, context);
    output.uncork();
    this.#feeder.attach((key) => {
      if (this.#obey(key)) return;
      output.cork(); // inquirer moves the cursor and then draws: so that it is seen as one step
      keyboard.press(lineKey(key, draft));
      output.uncork();
    });
    this.#enter({
      type: 'prompt',
      close: () => {
        this.#feeder.detach();
        output.cork(); // until the prompt is open again, so that it does not flicker
        context.clearPromptOnDone = true; // inquirer looks at it when the prompt closes
        closing.abort();
      },
    });
    try {
      return await entry;
    } catch (error) {
      if (!(error instanceof AbortPromptError)) throw error;
      // After a new size the prompt may stand on more rows than inquirer knows of.
      output.write(CLEAR_BELOW);
      return undefined;
    } finally {
      this.#feeder.detach();
    }
  }

  #leaves(): Promise<boolean> {
    return this.#withKeys(() => askToLeave(this.#screen()));
  }

  /** Does something that has the screen and the keys to itself. */
  async #withKeys<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#scene;
    this.#flush();
    this.#enter({ type: 'question' });
    try {
      return await work();
    } finally {
      this.#enter(before);
      this.#flush();
    }
  }

  #screen(): Screen {
    const { output, dim = asIs, bright = asIs } = this.#options;
    return { feeder: this.#feeder, output, dim, bright };
  }

  async #execute(line: string): Promise<number | undefined> {
    this.#options.history.add(line);
    const controller = new AbortController();
    const left = new Promise<number>((resolve) => {
      this.#enter({ type: 'command', controller, leave: () => resolve(INTERRUPTED) });
    });
    const done = this.#options.execute(line, controller.signal).then((ends) => (ends ? 0 : undefined));
    try {
      return await Promise.race([done, left]);
    } finally {
      this.#enter(IDLE);
    }
  }

  /** Ctrl-C when no prompt is open: the first asks the command to end, the second does not wait for it. */
  #cancel(): boolean {
    if (this.#scene.type !== 'command') return false;
    const { controller, leave } = this.#scene;
    this.print('^C');
    if (controller.signal.aborted) leave();
    else controller.abort();
    return true;
  }

  /** Keys that concern the screen and not the line. */
  #obey({ ctrl, name }: Key): boolean {
    if (!ctrl || (name !== 'l' && name !== 'z')) return false;
    if (name === 'z') this.#suspend();
    else {
      this.#pending = (this.#options.clearing?.() ?? CLEAR_SCREEN) + this.#pending;
      this.#redraw();
    }
    return true;
  }

  /** Ctrl-Z stops this process, as the terminal would have done by itself. */
  #suspend(): void {
    this.#feeder.close();
    // While the keyboard is not read, nothing else might keep the process alive until it goes on.
    const alive = setInterval(() => undefined, 2 ** 30);
    process.once('SIGCONT', () => {
      clearInterval(alive);
      if (this.#open) this.#feeder.open();
      this.#redraw();
    });
    process.kill(0, 'SIGTSTP');
  }

  readonly #redraw = (): void => {
    if (this.#scene.type === 'prompt') this.#scene.close();
  };

  #enter(scene: Scene): void {
    this.#scene = scene;
    if (scene.type !== 'command') this.status();
    if (scene.type === 'idle') this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#printing);
    this.#printing = undefined;
    if (this.#pending === '') return;
    this.#options.output.write((this.#status === '' ? '' : CLEAR_LINE) + this.#pending + this.#status);
    this.#pending = '';
  }
}

const asIs = (text: string): string => text;
