import type { Readable } from 'node:stream';
import { LAN } from '../gossip/settings.ts';
import { DETECTORS } from '../gossip/detectors/registry.ts';
import { eventLine } from '../gossip/events.ts';
import { logLineOf, nameInLog, stamped } from '../gossip/log-lines.ts';
import type { Output } from '../gossip/outputs.ts';
import { quorumFor } from '../gossip/roster.ts';
import { timeStamp } from '../gossip/tcp/log-file.ts';
import type { LiveNetwork, NetworkFact } from '../gossip/tcp/network.ts';
import type { Tone } from '../gossip/shown-state.ts';
import { tableOf, type Line } from '../gossip/table.ts';
import type { Trial } from '../gossip/tcp/trial.ts';
import { NetworkView } from '../gossip/view.ts';
import { WORDS, parseWord } from '../gossip/words.ts';
import { UserError } from '../core/user-error.ts';
import { openHistory } from '../repl/history.ts';
import { openTerminal } from '../repl/terminal.ts';
import { themeOf, wantsColour, type Theme } from '../repl/theme.ts';
import type { Answered, NodesBeside } from './beside-nodes.ts';
import { lineOf } from './invocation.ts';
import { fedLines } from './network-fed.ts';
import { nodesMax } from './network-room.ts';
import { ROWS_MIN, openTableScreen } from './network-screen.ts';
import { Words, spellFaults } from './network-words.ts';
import type { LiveOptions } from './subcommands/network.ts';

/** Whether there is a terminal with room for a table and a prompt. */
export const hasRoomForTable = ({ stdin, stdout, env }: NodeJS.Process): boolean =>
  stdin.isTTY && stdout.isTTY && env['TERM'] !== 'dumb' && stdout.rows >= ROWS_MIN;

/** A network at a terminal: a table above, what happens below it, and a prompt last. */
export class NetworkPrompt {
  readonly #options: LiveOptions;
  readonly #trial: Trial;
  readonly #began = performance.now();
  readonly #view = new NetworkView();
  readonly #logs = new Map<string, string[]>();
  readonly #theme: Theme = themeOf(wantsColour(process.env, true, false), () => process.stdout.columns);
  readonly #page: NodesBeside | undefined;
  /** Shows what came of a word, and what happened, where words are typed. */
  #show: (line: string) => void = () => undefined;
  #showEvent: (line: string) => void = () => undefined;
  #showMistake: (message: string) => void = () => undefined;
  #changed: () => void = () => undefined;
  /** Lines that were none of the words. */
  #mistakes = 0;
  /** What is said, once somebody can say something. */
  #said: Words | undefined;

  /** @param trial what is told of the same network, and judges it @param page what is said here is seen there */
  constructor(options: LiveOptions, trial: Trial, page?: NodesBeside) {
    this.#options = options;
    this.#trial = trial;
    this.#page = page;
  }

  /** Is told of all that happens. */
  tell(fact: NetworkFact): void {
    if (fact.type === 'mishaps') return;
    const now = this.#now();
    const { member } = fact;
    this.#view.node(now, member);
    switch (fact.type) {
      case 'output': {
        this.#view.output(now, member.name, fact.output);
        this.#remember(member.name, fact.output, nameInLog(member.role, member.address));
        const event = eventLine(this.#view, member.name, fact.output);
        if (event !== undefined) this.#happened(event, this.#theme.paint.dim);
        break;
      }
      case 'lost':
        this.#happened(`${member.name} is gone: it ${fact.reason}`);
        this.#said?.lost(member.name);
        break;
      case 'figures':
        this.#view.figures(now, member.name, fact.figures);
        break;
      case 'state':
      case 'stalled':
        break;
      default:
        fact satisfies never;
    }
    this.#changed();
  }

  /** Reads words until it is over. @param over the exit status, once something else ends it @returns the exit status */
  async run(network: LiveNetwork, over: Promise<number>): Promise<number> {
    const { seeds, settings } = this.#options;
    const quorum = quorumFor(seeds, settings);
    const detectorAt = (index: number): string => (DETECTORS[index] ?? DETECTORS[LAN.detector]!).name;
    const first = detectorAt(settings.detector);
    const detector = (): string => (detectorAt(network.detector) === first ? first : `${first}, from now on ${detectorAt(network.detector)}`);
    const rules = { quorum, viewMax: settings.viewMax };
    const screen = openTableScreen({
      output: process.stdout,
      height: () => this.#view.peers.length + 4,
      lines: (columns, rows) => tableOf(this.#view, { columns, rows, now: this.#now(), detector: detector(), ...rules }).map((line) => this.#painted(line)),
    });
    this.#changed = () => screen.changed();
    const clock = setInterval(() => screen.changed(), 1000);
    const words = this.#words(network);
    const terminal = openTerminal({
      input: process.stdin,
      output: process.stdout,
      prompt: this.#theme.paint.bold('network> '),
      history: openHistory(undefined),
      dim: (text) => this.#theme.paint.dim(text),
      bright: (text) => this.#theme.paint.cyan(text),
      complete: (line, cursor) => this.#complete(line, cursor),
      clearing: () => screen.clearing(),
      execute: async (line) => {
        this.#page?.typed(line.trim());
        const { isOver, ...answer } = await this.#obey(words, line);
        this.#page?.answered(answer);
        return isOver;
      },
    });
    const restore = (): void => {
      terminal.restore();
      screen.close();
    };
    process.on('exit', restore);
    this.#show = this.#showEvent = (line) => terminal.print(line);
    this.#showMistake = (message) => terminal.print(this.#theme.mistake(message, this.#theme.width));
    terminal.print('help shows what can be said here');
    if (this.#page !== undefined) {
      terminal.print(this.#page.line);
      this.#heedPage(this.#page, words);
    }
    try {
      return await Promise.race([terminal.run(), over]);
    } finally {
      clearInterval(clock);
      words.close();
      this.#show = this.#showEvent = (line) => void process.stdout.write(`${line}\n`);
      this.#changed = () => undefined;
      restore();
      process.removeListener('exit', restore);
      const again = this.#again(words);
      if (again !== undefined) this.#print(AGAIN + again);
    }
  }

  /** The command by which the same goes wrong in virtual time, if anything went wrong. */
  #again({ faults }: Words): string | undefined {
    const { seeds, peers, shared, speed } = this.#options;
    if (faults.length === 0) return undefined;
    return lineOf(['network', '--simulate', '--seeds', String(seeds), '--peers', String(peers), ...shared, '--faults', spellFaults(faults, speed)]);
  }

  /**
   * Does what lines say, and what is typed in the page, where there is no room for a prompt, until it is over. What comes of lines is no line
   * of the log, so it goes beside that.
   *
   * @param lines undefined if nobody gives any @returns the exit status
   */
  async attend(network: LiveNetwork, over: Promise<number>, lines: Readable | undefined): Promise<number> {
    const words = this.#words(network);
    const ending = new AbortController();
    const print = (type: 'word' | 'answer' | 'mistake' | 'again', line: string): void => {
      if (this.#options.json) process.stdout.write(`${JSON.stringify({ v: 1, at: new Date().toISOString(), type, line })}\n`);
      else process.stderr.write(`${type === 'word' ? 'network> ' : type === 'again' ? AGAIN : ''}${line}\n`);
    };
    if (this.#page !== undefined) {
      process.stderr.write(`${this.#page.line}\n`);
      this.#heedPage(this.#page, words, (line) => void process.stderr.write(`${line}\n`));
    }
    if (lines !== undefined) {
      this.#show = (line) => print('answer', line);
      this.#showMistake = (message) => print('mistake', message);
    }
    try {
      const fed = lines === undefined ? NEVER : this.#feed(words, fedLines(lines, () => this.#now(), ending.signal), (line) => print('word', line));
      const status = await Promise.race([over, fed]);
      return status === 0 && this.#mistakes > 0 ? 1 : status;
    } finally {
      ending.abort();
      // Whoever feeds lines may have no more of them, and not say so.
      lines?.destroy();
      words.close();
      const again = this.#again(words);
      // Where nobody says anything there is a log, and nothing beside it.
      if (again !== undefined && words.hasFault) print('again', again);
    }
  }

  /** @returns the exit status, once a line ends it; never if none does */
  async #feed(words: Words, lines: AsyncIterable<string>, echo: (line: string) => void): Promise<number> {
    for await (const line of lines) {
      echo(line);
      this.#page?.typed(line);
      const { isOver, ...answer } = await this.#obey(words, line);
      this.#page?.answered(answer);
      if (answer.isMistake) this.#mistakes += 1;
      if (isOver) return 0;
    }
    return NEVER;
  }

  #words(network: LiveNetwork): Words {
    this.#said = new Words({
      network,
      view: this.#view,
      nodesMax: nodesMax(this.#options.processes),
      now: () => this.#now(),
      print: (line) => this.#print(line),
      logOf: (name) => this.#logs.get(name) ?? [],
      compare: () => this.#compare(),
      finding: () => this.#trial.look(network),
    });
    return this.#said;
  }

  #heedPage(page: NodesBeside, words: Words, show = (line: string): void => this.#show(line)): void {
    page.heed((line) => {
      show(this.#theme.paint.dim(`page> ${line}`));
      return this.#obey(words, line);
    });
  }

  /** What is printed meanwhile is seen in the page as it is; a mistake is for whoever made it, and for who looks on. */
  async #obey(words: Words, line: string): Promise<Answered & { readonly isOver: boolean }> {
    try {
      return { lines: [], isMistake: false, isOver: await words.say(parseWord(line)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#showMistake(error.message);
      return { lines: [error.message], isMistake: true, isOver: false };
    }
  }

  #print(line: string): void {
    this.#show(line);
    this.#page?.page.speak(line, 'printed');
  }

  #happened(line: string, paint: (text: string) => string = (text) => text): void {
    this.#showEvent(paint(line));
    this.#page?.page.speak(line, 'printed');
  }

  #now(): number {
    return performance.now() - this.#began;
  }

  #painted(line: Line): string {
    const { paint } = this.#theme;
    const plain = (text: string): string => text;
    const { green: good, yellow: warn, red: bad, dim: faint, bold } = paint;
    const tones: Readonly<Record<Tone, typeof plain>> = { plain, good, warn, bad, faint, bold };
    return line.map(({ text, tone }) => tones[tone](text)).join('');
  }

  #remember(name: string, output: Output, speaker: string): void {
    const line = logLineOf(output);
    if (line === undefined) return;
    const lines = this.#logs.get(name) ?? [];
    lines.push(stamped(timeStamp(new Date()), speaker, line));
    if (lines.length > LOG_LINES) lines.shift();
    this.#logs.set(name, lines);
  }

  #complete(line: string, cursor: number): { readonly from: number; readonly candidates: readonly string[] } {
    const before = line.slice(0, cursor);
    const from = before.lastIndexOf(' ') + 1;
    const typed = before.slice(from).toLowerCase();
    const others = before.startsWith('detector ') ? DETECTORS.map(({ name }) => name) : Array.from(this.#view.nodes.keys());
    const all = from === 0 ? WORDS.map(({ name }) => name) : others;
    return { from, candidates: all.filter((word) => word.toLowerCase().startsWith(typed)) };
  }

  /** The same network with each detector, in virtual time. */
  async #compare(): Promise<void> {
    const { compareLines } = await import('./network-simulate.ts');
    const { seeds, peers, settings } = this.#options;
    for (const line of await compareLines({ seeds, peers: Math.min(peers, COMPARED_MAX), settings })) this.#print(line);
  }
}

const AGAIN = 'To let the same go wrong in virtual time: ';

/** Nobody ends it. */
const NEVER = new Promise<number>(() => undefined);

/** So many lines of each node are kept for `log`. */
const LOG_LINES = 20;

/** With more peers a comparison takes longer than anybody waits at a prompt. */
const COMPARED_MAX = 50;
