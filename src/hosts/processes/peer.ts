import { Client } from 'undici';
import type { Counts } from './counts.ts';

/** One message on its way to a peer. */
export interface Letter {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * The way to one peer: one connection that is kept alive, on which requests follow each other without waiting for answers.
 * Each message is one request. A peer that is away costs a bounded queue and now and then an attempt to connect; when the
 * queue is full the oldest message gives way, as it is the one that the peer needs least. A message may come twice when a
 * connection breaks, and never comes when a peer hangs: the protocols bear both.
 */
export class Peer {
  readonly #client: Client;
  readonly #counts: Counts;
  readonly #pauseMin: number;
  readonly #pauseMax: number;
  #queue: Letter[] = [];
  #bytes = 0;
  /** Given back by a connection that broke, to be sent again before all others. */
  #returned: Letter[] = [];
  #underway = 0;
  #isUp = true;
  #pause = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #asked: Promise<boolean> | undefined;

  /** @param members who all call each other from one machine, it may be: the more they are, the longer each waits before he calls again */
  constructor(url: string, counts: Counts, members = 4) {
    this.#counts = counts;
    this.#pauseMin = Math.max(PAUSE_MIN, 4 * members);
    this.#pauseMax = Math.max(PAUSE_MAX, 40 * members);
    this.#client = new Client(url, {
      pipelining: PIPELINE,
      keepAliveTimeout: 60_000,
      keepAliveMaxTimeout: 600_000,
      headersTimeout: PATIENCE,
      bodyTimeout: PATIENCE,
      connect: { timeout: PATIENCE },
    });
  }

  /**
   * Whether the peer answers. Asked at the start too, so that the first message finds the way open.
   * A crowd of askers in one moment is answered by one question.
   */
  isThere(): Promise<boolean> {
    const asked = this.#asked ?? this.#ask();
    this.#asked = asked;
    return asked;
  }

  #ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const tell = (isThere: boolean): void => {
        clearTimeout(patience);
        this.#asked = undefined;
        resolve(isThere);
      };
      const patience = setTimeout(tell, GREETING, false);
      this.#client.request({ method: 'HEAD', path: '/status' }).then(
        async ({ body }) => {
          await body.dump();
          tell(true);
        },
        () => tell(false),
      );
    });
  }

  post(letter: Letter): void {
    if (this.#isClosed) return;
    this.#queue.push(letter);
    this.#bytes += letter.body.length;
    this.#shed();
    this.#pump();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#queue = [];
    await this.#client.destroy();
  }

  #pump(): void {
    if (this.#retry !== undefined || this.#isClosed) return;
    if (this.#returned.length > 0 && this.#underway === 0) {
      this.#queue = [...this.#returned, ...this.#queue];
      this.#returned = [];
      this.#shed();
    }
    while (this.#queue.length > 0 && this.#underway < (this.#isUp ? PIPELINE : 1)) {
      const letter = this.#queue.shift()!;
      this.#bytes -= letter.body.length;
      this.#dispatch(letter);
    }
  }

  #dispatch(letter: Letter): void {
    this.#underway += 1;
    let status = 0;
    this.#client.dispatch(
      // Not in truth idempotent for HTTP, but for the protocol: that is what lets undici send it behind others.
      { method: 'POST', path: letter.path, headers: letter.headers as string[], body: letter.body, idempotent: true, blocking: false },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code) => {
          status = code;
        },
        onResponseData: () => undefined,
        onResponseEnd: () => {
          this.#counts.add('requests_sent', `${status}`);
          this.#underway -= 1;
          this.#isUp = true;
          this.#pause = 0;
          this.#pump();
        },
        onResponseError: (_controller, error) => this.#lost(letter, error),
      },
    );
  }

  #lost(letter: Letter, error: Error): void {
    this.#underway -= 1;
    if (this.#isClosed) return;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      this.#counts.add('dropped', 'peer hangs');
    } else {
      this.#returned.push(letter);
      this.#bytes += letter.body.length;
    }
    this.#counts.add('connection_errors', code ?? error.name);
    this.#isUp = false;
    if (this.#retry !== undefined) return;
    this.#pause = Math.min(Math.max(this.#pause * 2, this.#pauseMin), this.#pauseMax);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, this.#pause);
  }

  #shed(): void {
    while (this.#queue.length > QUEUE_MAX || (this.#bytes > QUEUE_BYTES_MAX && this.#queue.length > 1)) {
      this.#bytes -= this.#queue.shift()!.body.length;
      this.#counts.add('dropped', 'queue full');
    }
  }
}

/** How many requests are under way on one connection. */
const PIPELINE = 64;
/** Milliseconds after which a peer that says nothing is taken to hang. */
const PATIENCE = 5000;
/** Milliseconds that a peer may take to say that it is there. */
const GREETING = 500;
export const QUEUE_MAX = 2048;
const QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** Milliseconds between two attempts to reach a peer that is away, among few. */
const PAUSE_MIN = 20;
const PAUSE_MAX = 1000;
