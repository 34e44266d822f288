import { Client } from 'undici';
import type { Counts } from './counts.ts';

/** One message on its way to a peer. */
export interface Outgoing {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** How a node makes itself known to a peer. */
export interface Greeting {
  readonly headers: readonly string[];
  /** The peer wants nothing of this node, and answers that. */
  refused?(status: number): void;
}

/**
 * The way to one peer: one connection that is kept alive, on which requests follow each other without waiting for answers.
 * Each message is one request. A peer that is away costs a bounded queue and now and then an attempt to connect; when the
 * queue is full the oldest message gives way, as it is the one that the peer needs least. A message may come twice when a
 * connection breaks, and never comes when a peer hangs: the protocols bear both. Each connection begins with a greeting,
 * which says who this is and what it was started with; nothing else is said until that is answered well. A peer that answers
 * 429 is left alone for a while, and then told the same again.
 */
export class Peer {
  readonly #client: Client;
  readonly #counts: Counts;
  readonly #greeting: Greeting;
  readonly #pauseMin: number;
  readonly #pauseMax: number;
  #queue: Outgoing[] = [];
  #bytes = 0;
  /** Given back by a connection that broke or a peer that is busy, to be sent again before all others. */
  #returned: Outgoing[] = [];
  #underway = 0;
  /** Whether the peer has answered the greeting on this connection. */
  #isKnown = false;
  #isEager = true;
  #refusals = 0;
  #pause = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #greeted: Promise<boolean> | undefined;

  /** @param members who all call each other from one machine, it may be: the more they are, the longer each waits before he calls again */
  constructor(url: string, counts: Counts, { greeting = { headers: [] }, members = 4 }: { readonly greeting?: Greeting; readonly members?: number } = {}) {
    this.#counts = counts;
    this.#greeting = greeting;
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
    this.#client.on('disconnect', () => {
      this.#isKnown = false;
    });
  }

  /**
   * Whether the peer answers, and is one of ours. Asked at the start too, so that the first message finds the way open.
   * A crowd of askers in one moment is answered by one question.
   */
  isThere(): Promise<boolean> {
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, GREETING, false);
      void this.#greet().then((isThere) => {
        clearTimeout(patience);
        resolve(isThere);
      });
    });
  }

  #greet(): Promise<boolean> {
    this.#greeted ??= new Promise<boolean>((resolve) => {
      let status = 0;
      const end = (isKnown: boolean): void => {
        this.#greeted = undefined;
        this.#isKnown = isKnown;
        resolve(isKnown);
        if (isKnown && status < 400) this.#pump();
        else this.#wait();
      };
      // Without `reset` undici would close a connection behind each HEAD.
      this.#client.dispatch(
        { method: 'HEAD', path: '/status', headers: this.#greeting.headers as string[], reset: false },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, code) => {
            status = code;
          },
          onResponseData: () => undefined,
          onResponseEnd: () => {
            if (status >= 400) this.#greeting.refused?.(status);
            end(status < 400 || status === 429);
          },
          onResponseError: (_controller, error) => {
            if (!this.#isClosed) this.#counts.add('connection_errors', (error as NodeJS.ErrnoException).code ?? error.name);
            end(false);
          },
        },
      );
    });
    return this.#greeted;
  }

  post(message: Outgoing): void {
    if (this.#isClosed) return;
    this.#queue.push(message);
    this.#bytes += message.body.length;
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
    if (this.#queue.length > 0 && !this.#isKnown) return void this.#greet();
    while (this.#queue.length > 0 && this.#underway < (this.#isEager ? PIPELINE : 1)) {
      const message = this.#queue.shift()!;
      this.#bytes -= message.body.length;
      this.#dispatch(message);
    }
  }

  #dispatch(message: Outgoing): void {
    this.#underway += 1;
    let status = 0;
    this.#client.dispatch(
      // Not in truth idempotent for HTTP, but for the protocol: that is what lets undici send it behind others.
      { method: 'POST', path: message.path, headers: message.headers as string[], body: message.body, idempotent: true, blocking: false },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code) => {
          status = code;
        },
        onResponseData: () => undefined,
        onResponseEnd: () => this.#answered(message, status),
        onResponseError: (_controller, error) => this.#lost(message, error),
      },
    );
  }

  #answered(message: Outgoing, status: number): void {
    this.#counts.add('requests_sent', `${status}`);
    this.#underway -= 1;
    if (status === 429) {
      this.#refusals += 1;
      // What is refused for ever must not keep back all that is behind it.
      if (this.#refusals < REFUSALS_MAX) this.#giveBack(message);
      else this.#counts.add('dropped', 'refused');
      this.#isEager = false;
      return this.#wait();
    }
    this.#refusals = 0;
    this.#isEager = true;
    this.#pause = 0;
    if (status === 409) {
      this.#isKnown = false;
      return this.#wait();
    }
    return this.#pump();
  }

  #lost(message: Outgoing, error: Error): void {
    this.#underway -= 1;
    if (this.#isClosed) return;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') this.#counts.add('dropped', 'peer hangs');
    else this.#giveBack(message);
    this.#counts.add('connection_errors', code ?? error.name);
    this.#isKnown = false;
    this.#wait();
  }

  #giveBack(message: Outgoing): void {
    this.#returned.push(message);
    this.#bytes += message.body.length;
  }

  /** Says nothing for a while, each time longer. */
  #wait(): void {
    if (this.#retry !== undefined || this.#isClosed) return;
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
/** How often in a row a peer may be too busy before what it does not take is given up. */
const REFUSALS_MAX = 64;
/** Milliseconds between two attempts to reach a peer that is away, among few. */
const PAUSE_MIN = 20;
const PAUSE_MAX = 1000;
