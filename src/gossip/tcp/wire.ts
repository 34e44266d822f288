import type { Socket } from 'node:net';
import type { Loop, Timer } from '../../runtime/loop.ts';
import type { Message } from '../messages.ts';
import type { Codec, Decoded, Dialect, Link } from '../dialects/dialect.ts';
import { line } from '../dialects/line.ts';
import { KNOCK, KNOCK_ANSWER, dialectOf } from '../dialects/registry.ts';
import type { Limits } from './limits.ts';

/** What the owner of a wire wants to hear. */
export interface WireListener {
  message(message: Message): void;
  /** Something came or was said that is no message of its dialect. */
  dropped(what: string, count: number): void;
  counted(what: string, count: number): void;
  /** It is closed, or the other end says no more; told once, and not after `hangUp`. */
  closed(reason: string): void;
}

/** A socket as messages. It knows the bytes of a link, its dialect and its limits, and no rule of the network. */
export class Wire {
  readonly socket: Socket;
  readonly #link: Link;
  readonly #limits: Limits;
  readonly #listener: WireListener;
  readonly #loop: Loop;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #dialect: Dialect | undefined;
  #codec: Codec | undefined;
  /** What came before the dialect was known. */
  #begun = '';
  /** Runs while what came may be all. */
  #quiet: Timer | undefined;
  /** Runs until something was said that means something. */
  #silence: Timer | undefined;
  #pausing: Timer | undefined;
  #allowance: number;
  #allowedAt = performance.now();
  /** Texts that must not share a segment. */
  #texts: string[] = [];
  #spacing: Timer | undefined;
  #isOver = false;
  #isLeaving = false;
  /** Whether the other end says no more, and only waits. */
  #hasEnded = false;
  /** Whether the other waits for an answer. */
  #isAsked = false;

  /**
   * @param dialect of the one who was dialled; of others it shows by what they say
   * @param loop what has its timers, and what comes by it
   */
  constructor(socket: Socket, link: Link, dialect: Dialect | undefined, limits: Limits, listener: WireListener, loop: Loop) {
    this.socket = socket;
    this.#link = link;
    this.#limits = limits;
    this.#listener = listener;
    this.#loop = loop;
    this.#allowance = limits.burst;
    if (dialect !== undefined) this.#speak(dialect);
    else this.#silence = loop.after(limits.silence, () => this.close('it said nothing'));
    // A peer that has neighbours enough may say nothing at all.
    if (dialect?.name === '2024' && !link.isToSeed) this.#silence = loop.after(ONE_WAY, () => this.#heed(this.#codec!.silence()));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.on('data', (bytes: Buffer) => this.#hear(bytes));
    socket.on('end', () => loop.take(() => this.#ended()));
    socket.on('error', (error: NodeJS.ErrnoException) => loop.take(() => this.close(error.code ?? 'it failed')));
    socket.on('close', () => loop.take(() => this.close('it was closed')));
    if (socket.destroyed || socket.readableEnded) loop.next(() => this.close('it was closed'));
  }

  /** Whether the other said anything at all: its silence may mean something, but tells nothing of its dialect. */
  get hasReceived(): boolean {
    return this.socket.bytesRead > 0;
  }

  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** @returns what the other means by it without a word */
  send(message: Message): readonly Message[] {
    if (this.#isOver || this.#isLeaving || this.#codec === undefined) return [];
    const { text, heard } = this.#codec.encode(message);
    if (text === undefined) {
      if (heard.length === 0) this.#listener.dropped('no word for', 1);
      return heard;
    }
    this.#listener.counted('messages sent', 1);
    this.#write(text);
    return heard;
  }

  /** Reads no more while its loop stands still: the system takes what comes as long as it has room, and then the other end waits. */
  hold(): void {
    this.socket.pause();
  }

  goOn(): void {
    if (this.#pausing === undefined) this.socket.resume();
  }

  /** Closes it behind what was said. */
  hangUp(): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#endIfWritten();
    // Who does not read is not waited for.
    setTimeout(() => this.socket.destroy(), LINGER).unref();
    this.#clear();
  }

  /** Closes it at once. */
  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clear();
    this.#loop.cancel(this.#spacing);
    this.#texts = [];
    if (reason === ENDED) this.socket.destroySoon();
    else this.socket.destroy();
    if (!this.#isLeaving) this.#listener.closed(reason);
  }

  #hear(bytes: Buffer): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#listener.counted('bytes received', bytes.length);
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      this.#listener.dropped('invalid UTF-8', 1);
      return this.close('it sent invalid UTF-8');
    }
    this.#spend(bytes.length / 1024);
    this.#take(text);
  }

  #take(text: string): void {
    this.#loop.cancel(this.#quiet);
    this.#quiet = undefined;
    if (this.#codec === undefined) {
      this.#begun += text;
      if (this.#begun.startsWith(KNOCK)) {
        this.#begun = this.#begun.slice(KNOCK.length);
        this.socket.write(KNOCK_ANSWER);
        return this.#begin(line);
      }
      const dialect = dialectOf(this.#begun, false);
      if (dialect !== undefined) this.#begin(dialect);
    } else this.#heed(this.#codec.decode(text));
    this.#awaitQuiet();
  }

  /** Whether there is more is known only by waiting. */
  #awaitQuiet(): void {
    if (this.#isOver || this.#isLeaving || (this.#codec === undefined ? this.#begun === '' : !this.#codec.isOpen)) return;
    this.#quiet = this.#loop.after(QUIET, () => this.#flush());
  }

  #flush(): void {
    if (this.#codec === undefined) {
      const dialect = dialectOf(this.#begun, true);
      if (dialect === undefined) return;
      this.#begin(dialect);
    }
    this.#heed(this.#codec!.flush());
  }

  #begin(dialect: Dialect): void {
    this.#speak(dialect);
    const begun = this.#begun;
    this.#begun = '';
    this.#heed(this.#codec!.decode(begun));
  }

  #speak(dialect: Dialect): void {
    this.#dialect = dialect;
    this.#codec = dialect.codec(this.#link);
  }

  #heed({ messages, replies, ignored, flaw }: Decoded): void {
    this.#spend(messages.length + ignored);
    if (ignored > 0) this.#listener.dropped('no message', ignored);
    // It has shown that it is no stranger: it may be silent now.
    if (messages.length > 0 && !this.#hasEnded) this.#loop.cancel(this.#silence);
    for (const reply of replies) this.#write(reply);
    for (const message of messages) {
      if (this.#isOver || this.#isLeaving) return;
      this.#listener.counted('messages received', 1);
      if (ASKS.has(message.type)) this.#isAsked = true;
      this.#listener.message(message);
    }
    if (flaw === undefined) return;
    this.#listener.dropped(flaw, 1);
    this.close(flaw);
  }

  /** Who says too much is read later, so that it is the other end where it waits. */
  #spend(cost: number): void {
    const { rate, burst } = this.#limits;
    const now = performance.now();
    this.#allowance = Math.min(burst, this.#allowance + ((now - this.#allowedAt) / 1000) * rate) - cost;
    this.#allowedAt = now;
    if (this.#allowance >= 0 || this.#pausing !== undefined || this.#isOver || this.#isLeaving) return;
    this.#listener.counted('slowed', 1);
    this.socket.pause();
    this.#resumeLater();
  }

  #resumeLater(): void {
    this.#pausing = this.#loop.after(Math.ceil((-this.#allowance / this.#limits.rate) * 1000) + 1, () => {
      this.#pausing = undefined;
      this.#spend(0);
      if (this.#pausing === undefined) this.socket.resume();
    });
  }

  #write(text: string): void {
    if (this.#dialect?.name === '2024') {
      // Its readers take what one `recv` brings for one message.
      if (this.#texts.length >= TEXTS_MAX) return this.close('it does not read');
      this.#texts.push(text);
      if (this.#spacing === undefined) this.#writeNext();
      return;
    }
    this.#writeNow(text);
  }

  #writeNext(): void {
    const text = this.#texts.shift();
    this.#spacing = undefined;
    if (text !== undefined) {
      this.#writeNow(text);
      this.#spacing = this.#loop.after(SPACING, () => this.#writeNext());
    } else if (this.#isLeaving) this.#endIfWritten();
  }

  #writeNow(text: string): void {
    if (this.#isOver || !this.socket.writable) return;
    this.#listener.counted('bytes sent', Buffer.byteLength(text));
    this.socket.write(text);
    this.#isAsked = false;
    if (this.socket.writableLength > this.#limits.unread) return this.close('it does not read');
    if (this.#hasEnded) this.#closeSoon(MORE);
  }

  #endIfWritten(): void {
    if (this.#texts.length === 0) this.socket.end();
  }

  /** The other end says no more. Where it dialled, it may wait for an answer. */
  #ended(): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#loop.cancel(this.#quiet);
    this.#flush();
    this.#hasEnded = true;
    this.#closeSoon(this.#isAsked || this.#texts.length > 0 ? ANSWER : 0);
  }

  #closeSoon(after: number): void {
    if (this.#isOver || this.#isLeaving) return;
    if (after === 0) return this.close(ENDED);
    this.#loop.cancel(this.#silence);
    this.#silence = this.#loop.after(after, () => this.close(ENDED));
  }

  #clear(): void {
    this.#loop.cancel(this.#quiet);
    this.#loop.cancel(this.#silence);
    this.#loop.cancel(this.#pausing);
  }
}

/** What whoever says no more may wait for an answer to. */
const ASKS: ReadonlySet<Message['type']> = new Set(['register', 'get-peers', 'dead-report', 'join-propose', 'dead-propose'] as const);
/** Milliseconds after which a text without an end is whole. */
const QUIET = 40;
/** Milliseconds between two texts that must not be read as one. */
const SPACING = 60;
const TEXTS_MAX = 1000;
/** Milliseconds that a link may take to be closed. */
const LINGER = 2000;
/** Milliseconds that whoever says no more may wait for an answer: a registration takes seeds that long. */
const ANSWER = 4000;
/** Milliseconds that a peer has to accept a connection. */
const ONE_WAY = 3000;
/** Milliseconds after an answer in which there may be another. */
const MORE = 300;
const ENDED = 'the other closed it';
/** Milliseconds of silence after which the system asks whether the other is still there. */
const KEEP_ALIVE = 10_000;
