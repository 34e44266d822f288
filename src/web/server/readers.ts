import type { ServerResponse } from 'node:http';
import type { LiveNews } from '../live/news.ts';
import type { News } from '../news.ts';

/** More pages than that look on nowhere. */
export const READERS_MAX = 32;

/** A browser has so many connections to one host; a page beyond them waits, and does not say so. */
const TABS_MAX = 6;

/** Bytes that may wait for a slow reader; then it is told nothing until it has them, and then how things stand. */
export const BEHIND_MAX = 2 ** 20;

/** Milliseconds between two signs of life, so that who is gone is noticed. */
const HEARTBEAT = 15_000;

interface Reader {
  readonly response: ServerResponse;
  /** Whether it was too slow, and has missed something. */
  isBehind: boolean;
}

/** The pages that look on, by server-sent events (HTML Living Standard, §9.2). */
export class Readers {
  readonly #readers = new Set<Reader>();
  readonly #snapshot: () => readonly (News | LiveNews)[];
  #heartbeat: NodeJS.Timeout | undefined;

  /** @param snapshot all that a page is to know that comes, or has missed something */
  constructor(snapshot: () => readonly (News | LiveNews)[]) {
    this.#snapshot = snapshot;
  }

  get count(): number {
    return this.#readers.size;
  }

  open(response: ServerResponse): void {
    const reader: Reader = { response, isBehind: false };
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    response.on('close', () => this.#remove(reader));
    response.on('error', () => this.#remove(reader));
    response.on('drain', () => {
      if (!reader.isBehind) return;
      reader.isBehind = false;
      this.#catchUp(reader);
    });
    this.#readers.add(reader);
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT).unref();
    this.#catchUp(reader);
    if (this.count >= TABS_MAX - 1) write(reader, { type: 'mistake', message: `${this.count} pages look on here: a browser lets ${TABS_MAX} do so, and the next waits without a word` });
  }

  tell(news: News | LiveNews): void {
    if (this.#readers.size === 0) return;
    const event = eventOf(news);
    for (const reader of this.#readers) {
      if (reader.isBehind) continue;
      if (reader.response.writableLength > BEHIND_MAX) reader.isBehind = true;
      else reader.response.write(event);
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const { response } of this.#readers) response.end();
    this.#readers.clear();
  }

  #catchUp(reader: Reader): void {
    for (const news of this.#snapshot()) write(reader, news);
  }

  #beat(): void {
    for (const { response, isBehind } of this.#readers) if (!isBehind) response.write(':\n\n');
  }

  #remove(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}

const eventOf = (news: News | LiveNews): string => `data: ${JSON.stringify(news)}\n\n`;

const write = ({ response }: Reader, news: News | LiveNews): void => void response.write(eventOf(news));
