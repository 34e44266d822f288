import type { Fields } from '../../trace/sound.ts';
import type { LiveHello, LiveNews, Spoken } from '../live/news.ts';
import { Recent } from '../live/recent.ts';
import { servePage, type PageServer } from './serve.ts';

/** Milliseconds for which facts are gathered before pages are told. */
const BATCH = 50;

/** More messages in a second are counted, and not told one by one: nobody could see them. */
export const MESSAGES_MAX = 1500;

/** So many lines of the prompt are told to a page that comes later. */
const SPOKEN_MAX = 500;

/** A page beside nodes that really run, which is told what they do, and whose lines are run where they are. */
export class NodesPage {
  readonly #server: PageServer;
  readonly #began: number;
  readonly #recent: Recent;
  readonly #spoken: Spoken[] = [];
  readonly #unsaid: Spoken[] = [];
  #untold: Fields[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Time does not run backwards, though facts come from several threads. */
  #last = 0;
  /** Messages of this second. */
  #second = { number: 0, messages: 0 };
  /** Messages that were left out, and those of them that may still arrive. */
  #left = 0;
  readonly #leftOut = new Set<unknown>();

  private constructor(server: PageServer, began: number, recent: Recent) {
    this.#server = server;
    this.#began = began;
    this.#recent = recent;
  }

  /**
   * @param port 0 lets the system choose
   * @param run does a line that was typed in a page, as if at the prompt
   */
  static async open(port: number, hello: LiveHello, head: Fields, run: (line: string) => void): Promise<NodesPage> {
    const recent = new Recent(head);
    const server = await servePage(port, {
      shows: 'nodes',
      snapshot: () => page.#snapshot(hello),
      ask: (ask) => {
        if (ask.type === 'line') run(ask.line);
      },
    });
    const page = new NodesPage(server, performance.now(), recent);
    return page;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Milliseconds since the page is there. */
  now(): number {
    return Math.round(performance.now() - this.#began);
  }

  /** The same of a moment of this machine's clock, which all threads and processes share. */
  since(moment: number): number {
    return Math.max(0, Math.round(moment - performance.timeOrigin - this.#began));
  }

  /** So many more messages are not told. */
  leave(messages: number): void {
    this.#left += messages;
  }

  /** Who is there. */
  head(head: Fields): void {
    this.#tellAll();
    this.#recent.head = head;
    this.#server.tell({ type: 'head', head });
  }

  /** A fact as a trace has it, but for the time if it is of this moment. */
  tell(fact: Fields): void {
    const at = Math.max(this.#last, (fact['at'] as number | undefined) ?? this.now());
    if (fact['type'] === 'sent' && !this.#lets(at)) {
      this.#left += 1;
      this.#leftOut.add(fact['id']);
      if (this.#leftOut.size > LEFT_OUT_MAX) this.#leftOut.delete(this.#leftOut.values().next().value);
      return;
    }
    if (fact['type'] === 'heard' && this.#leftOut.delete(fact['id'])) return;
    this.#last = at;
    const told = { ...fact, at };
    this.#recent.take(told);
    this.#untold.push(told);
    this.#soon();
  }

  pulse(pairs: readonly (readonly [number, number])[]): void {
    if (pairs.length > 0) this.#server.tell({ type: 'pulse', pairs });
  }

  speak(text: string, sort: Spoken['sort']): void {
    const spoken = { text, sort };
    this.#spoken.push(spoken);
    if (this.#spoken.length > SPOKEN_MAX) this.#spoken.shift();
    this.#unsaid.push(spoken);
    this.#soon();
  }

  async close(): Promise<void> {
    this.#tellAll();
    await this.#server.close();
  }

  #lets(at: number): boolean {
    const number = Math.floor(at / 1000);
    if (number !== this.#second.number) this.#second = { number, messages: 0 };
    this.#second.messages += 1;
    return this.#second.messages <= MESSAGES_MAX;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#tellAll(), BATCH).unref();
  }

  #tellAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const facts = this.#untold;
    this.#untold = [];
    if (facts.length > 0) this.#server.tell({ type: 'facts', now: this.now(), left: this.#left, facts });
    if (this.#unsaid.length > 0) this.#server.tell({ type: 'spoken', spoken: this.#unsaid.splice(0) });
  }

  /** What others are told soon is told now: who comes knows all of it. */
  #snapshot(live: LiveHello): LiveNews[] {
    this.#tellAll();
    return [
      { type: 'live', live },
      { type: 'recent', now: this.now(), left: this.#left, head: this.#recent.head, facts: this.#recent.facts() },
      { type: 'spoken', spoken: this.#spoken, isAll: true },
    ];
  }
}

/** More messages than are ever on their way. */
const LEFT_OUT_MAX = 100_000;
