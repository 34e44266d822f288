import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { UserError, quoted } from '../core/user-error.ts';
import { historyPath, openHistory } from '../repl/history.ts';
import { openTerminal } from '../repl/terminal.ts';
import { themeOf, wantsColour } from '../repl/theme.ts';
import { GREETING, PROMPT, TURNED_AWAY } from '../words/udp/line-server.ts';
import type { ClientOptions } from './subcommands/words.ts';
import { completed } from './words-group.ts';

/** Milliseconds in which a peer greets whoever connects. */
const PATIENCE = 5000;

/** Talks to a peer, line by line. @returns the exit status @throws UserError if there is none, or it goes while it is spoken to */
export async function wordsClient({ host, port }: ClientOptions, patience = PATIENCE): Promise<number> {
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new UserError(`${quoted(host)} is not listening at port ${port}: ${String((error as NodeJS.ErrnoException).code)}`);
  }
  const peer = new Conversation(socket);
  try {
    const silence = setTimeout(() => socket.destroy(), patience);
    const greeting = await peer.heard();
    clearTimeout(silence);
    // Whoever turns a client away says why, and hangs up.
    if (peer.isOver && greeting.startsWith(TURNED_AWAY)) throw new UserError(greeting);
    if (peer.isOver || !greeting.startsWith(GREETING)) throw new UserError(`no peer of the word database answers at ${quoted(host)}, port ${port}`);
    return process.stdin.isTTY && process.stdout.isTTY ? await prompted(peer, greeting) : await piped(peer);
  } finally {
    socket.destroy();
  }
}

/** What no peer says, and what a terminal would obey. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** No peer says more between two prompts. */
const ANSWER_MAX = 2 ** 24;

/** What a peer says between two prompts. */
class Conversation {
  readonly #socket: Socket;
  #text = '';
  #isOver = false;
  #heed: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#text += text.replaceAll(CONTROL, '');
      if (this.#text.length > ANSWER_MAX) socket.destroy();
      this.#heed();
    });
    const end = (): void => {
      this.#isOver = true;
      this.#heed();
    };
    socket.on('end', end);
    socket.on('error', end);
    socket.on('close', end);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says a line. @returns what is said to it */
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\n`);
    return this.heard();
  }

  /** What is said until the next prompt, or the end. */
  async heard(): Promise<string> {
    const isWhole = (): boolean => this.#isOver || this.#text === PROMPT || this.#text.endsWith(`\n${PROMPT}`);
    if (!isWhole()) await new Promise<void>((resolve) => (this.#heed = () => isWhole() && resolve()));
    const text = this.#text.endsWith(PROMPT) ? this.#text.slice(0, -PROMPT.length) : this.#text;
    this.#text = '';
    return text.replace(/\n$/, '');
  }
}

const GONE = 'the peer is gone';

const isExit = (line: string): boolean => line.trim().toLowerCase() === 'exit';

async function piped(peer: Conversation): Promise<number> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const answer = await peer.say(line);
    if (answer !== '') process.stdout.write(`${answer}\n`);
    if (!peer.isOver) continue;
    if (!isExit(line)) throw new UserError(GONE);
    break;
  }
  return 0;
}

async function prompted(peer: Conversation, greeting: string): Promise<number> {
  const theme = themeOf(wantsColour(process.env, true, false), () => process.stdout.columns);
  const terminal = openTerminal({
    input: process.stdin,
    output: process.stdout,
    prompt: theme.paint.bold(PROMPT),
    history: openHistory(`${historyPath(process.env)}-words`),
    dim: (text) => theme.paint.dim(text),
    bright: (text) => theme.paint.cyan(text),
    complete: (line, cursor) => completed(line.slice(0, cursor), 0),
    async execute(line) {
      const answer = await peer.say(line);
      if (answer !== '') terminal.print(answer);
      if (peer.isOver && !isExit(line)) terminal.print(GONE);
      return peer.isOver;
    },
  });
  const restore = (): void => terminal.restore();
  process.on('exit', restore);
  terminal.print(greeting);
  try {
    return await terminal.run();
  } finally {
    restore();
    process.removeListener('exit', restore);
  }
}
