import { createInterface, emitKeypressEvents } from 'node:readline';
import { PassThrough } from 'node:stream';
import { endByHangup } from './hangup.ts';
import { printable } from './printable.ts';

/** A key as node:readline decodes it, or a run of characters that arrived together. */
export interface Key {
  /** What the key would put into a line; undefined for keys that put nothing there. */
  readonly text: string | undefined;
  readonly name: string | undefined;
  readonly sequence: string | undefined;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly shift: boolean;
}

/** Milliseconds that a terminal has for the rest of a key that begins with Esc. */
const ESCAPE_WAIT = 50;

/**
 * Owns a terminal's keys. Every prompt of inquirer opens and closes a reader of its own, and what arrives between two of
 * them, or in one burst with the Enter that ends one, would be lost. So this reads all the time, and hands keys on to
 * whichever prompt is open, never more than the prompt can take.
 */
export class Feeder {
  readonly #input: NodeJS.ReadStream;
  readonly #cancel: () => boolean;
  #queue: Key[] = [];
  #sink: ((key: Key) => void) | undefined;
  #pumping: NodeJS.Immediate | undefined;
  #open = false;

  /**
   * @param cancel called for a Ctrl-C when no prompt is open; tells whether there was something to cancel, in which case
   * the Ctrl-C and all that was typed before it is dropped, as a shell does
   */
  constructor(input: NodeJS.ReadStream, cancel: () => boolean) {
    this.#input = input;
    this.#cancel = cancel;
  }

  /** Takes the keyboard: from here on the terminal neither echoes nor turns Ctrl-C into a signal. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    process.on('SIGHUP', this.#hangUp);
    this.#input.on('keypress', this.#hear).on('end', this.#hangUp).on('error', this.#hangUp);
    if (this.#input.isTTY) this.#input.setRawMode(true);
    // Only an interface can say how long an Esc waits for what may follow it; this one reads nothing.
    emitKeypressEvents(this.#input, createInterface({ input: new PassThrough(), escapeCodeTimeout: ESCAPE_WAIT }));
    this.#input.resume();
    this.#schedule();
  }

  /** Gives the keyboard back. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearImmediate(this.#pumping);
    this.#pumping = undefined;
    if (this.#input.isTTY && !this.#input.destroyed) this.#input.setRawMode(false);
    this.#input.off('keypress', this.#hear).off('end', this.#hangUp).off('error', this.#hangUp);
    process.off('SIGHUP', this.#hangUp);
    this.#input.pause();
  }

  /** From now on this is who gets the keys, those that were typed ahead first. */
  attach(sink: (key: Key) => void): void {
    this.#sink = sink;
    this.#schedule();
  }

  /** From now on keys are kept for whoever comes next. */
  detach(): void {
    this.#sink = undefined;
    this.#schedule();
  }

  readonly #hear = (typed: string | undefined, key: Omit<Key, 'text'>): void => {
    const text = typed === undefined ? undefined : printable(typed);
    const last = this.#queue.at(-1);
    if (key.name === 'enter' && last?.name === 'return') return; // the second half of a pasted CR LF
    if (last?.text !== undefined && text !== undefined) this.#queue.splice(-1, 1, run(last.text + text));
    else this.#queue.push({ ...key, text });
    this.#schedule();
  };

  /** The terminal is gone, or this process is told so. */
  readonly #hangUp = (): void => {
    this.close();
    endByHangup();
  };

  /** Keys go out after all that could be read was read, so that a paste is one run and is drawn once, not once a character. */
  #schedule(): void {
    if (this.#queue.length === 0 || !this.#open) return;
    this.#pumping ??= setImmediate(() => {
      this.#pumping = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#sink === undefined) return this.#cancelAhead();
    // A key that may end the prompt ends this turn: by the next one the prompt has either closed, or wants more.
    while (this.#sink !== undefined) {
      const key = this.#queue.shift();
      if (key === undefined) return;
      this.#sink(key);
      if (mayEnd(key)) return this.#schedule();
    }
  }

  #cancelAhead(): void {
    const at = this.#queue.findIndex(isInterrupt);
    if (at === -1 || !this.#cancel()) return;
    this.#queue.splice(0, at + 1);
    this.#schedule();
  }
}

export const isInterrupt = (key: Key): boolean => key.ctrl && key.name === 'c';

const mayEnd = (key: Key): boolean =>
  key.name === 'return' || key.name === 'enter' || key.name === 'escape' || (key.ctrl && (key.name === 'c' || key.name === 'd'));

const run = (text: string | undefined): Key => ({ text, name: undefined, sequence: text, ctrl: false, meta: false, shift: false });
