import { createInterface } from 'node:readline';
import { counted, figure } from '../core/figures.ts';
import { quoted } from '../core/user-error.ts';
import { openHistory } from '../repl/history.ts';
import { openTerminal } from '../repl/terminal.ts';
import { themeOf, wantsColour } from '../repl/theme.ts';
import { portIn } from '../words/address.ts';
import { COMMANDS } from '../words/commands.ts';
import { LIES } from '../words/liar.ts';
import { meet, type WordsNode } from '../words/udp/node.ts';
import { GroupTrace } from '../words/udp/trace.ts';
import { executeLine } from '../words/udp/session.ts';
import { appendText, writeText } from './files.ts';
import { untilSignalled } from './signals.ts';
import type { GroupOptions } from './subcommands/words.ts';
import { openWordsPage, type WordsPage } from './words-page.ts';

/** Runs a group of peers in this process, and does what lines say. @returns the exit status: 1 if a line of a script was a mistake */
export const wordsGroup = (options: GroupOptions): Promise<number> =>
  untilSignalled(async (signalled) => {
    const nodes: WordsNode[] = [];
    const waiting = setTimeout(() => process.stderr.write(`words: ${nodes.length} of ${options.peers} peers are there; where much is lost it takes long until all know each other\n`), PATIENCE);
    const over = new AbortController();
    let trace: GroupTrace | undefined;
    let page: WordsPage | undefined;
    try {
      const early = await Promise.race([signalled, meet(options.peers, nodes, { settings: options.settings, loss: options.loss / 100, signal: over.signal }).then(() => undefined)]);
      clearTimeout(waiting);
      if (early !== undefined) return early;
      page = options.web === undefined ? undefined : await openWordsPage(options.web, options, nodes);
      const takers = [...(options.trace === undefined ? [] : [fileOf(options.trace)]), ...(page === undefined ? [] : [page.take])];
      trace = takers.length === 0 ? undefined : new GroupTrace(nodes, (line) => { for (const take of takers) take(line); });
      return await Promise.race([signalled, options.json || !isTerminal() ? scripted(nodes, options.json, signalled, page) : prompted(nodes, signalled, page)]);
    } finally {
      over.abort();
      clearTimeout(waiting);
      trace?.end();
      await page?.close();
      await Promise.all(nodes.map((node) => node.stop()));
    }
  });

/** Milliseconds after which whoever waits for a group is told for what. */
const PATIENCE = 2000;

/** What happens from when all know each other, as it happens. */
function fileOf(file: string): (line: string) => void {
  writeText(file, '');
  return (line) => appendText(file, line);
}

const isTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';

interface Said {
  readonly lines: readonly string[];
  readonly isOver: boolean;
  readonly isMistake: boolean;
  readonly peer: number;
}

/** Does a line: `@2 lie 50`, and without a number what the first is told. */
async function said(nodes: readonly WordsNode[], line: string, tell: (line: string) => void): Promise<Said> {
  const [, number, rest = ''] = /^\s*(?:@(\S*)\s*)?(.*)$/.exec(line) ?? [];
  const peer = number === undefined ? 1 : /^\d{1,3}$/.test(number) ? Number(number) : 0;
  const node = nodes[peer - 1];
  if (node === undefined) return { lines: [`there is no peer @${quoted(number ?? '').slice(1, -1)}: @1 to @${nodes.length}`], isOver: false, isMistake: true, peer };
  if (rest === '') return { lines: [`@${peer} is told nothing: ${Object.keys(COMMANDS).join(', ')}`], isOver: false, isMistake: true, peer };
  let watching: NodeJS.Timeout | undefined;
  try {
    return { ...(await executeLine(node, rest, (words) => {
      tell(words);
      watching = watched(nodes, tell);
    })), peer };
  } finally {
    clearInterval(watching);
  }
}

/** Says now and then how far all of them are with what takes long. */
function watched(nodes: readonly WordsNode[], tell: (line: string) => void): NodeJS.Timeout {
  const sent = (): number => nodes.reduce((sum, { counts }) => sum + (counts.get('consensus sent') ?? 0) + (counts.get('consensus-reply sent') ?? 0), 0);
  const before = sent();
  return setInterval(() => tell(`${figure(sent() - before)} datagrams so far`), PATIENCE);
}

async function scripted(nodes: readonly WordsNode[], json: boolean, signalled: Promise<number>, page: WordsPage | undefined): Promise<number> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  if (json) print(JSON.stringify({ v: 1, type: 'ready', peers: nodes.map(({ address, name }) => ({ address, name })) }));
  const told = (words: string): void => void process.stderr.write(`words: ${words}\n`);
  if (page !== undefined) {
    process.stderr.write(`${page.line}\n`);
    page.heed(async (line) => {
      const { lines, isMistake, peer } = await said(nodes, line, told);
      if (json) print(JSON.stringify({ line, peer, ok: !isMistake, lines, from: 'page' }));
      else for (const one of [`page> ${line}`, ...lines]) print(one);
      return { lines, isMistake };
    });
  }
  let status = 0;
  const typed = createInterface({ input: process.stdin });
  // Whoever feeds lines may have no more of them, and not say so.
  void signalled.then(() => typed.close());
  for await (const line of typed) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    page?.typed(line.trim());
    const { lines, isOver, isMistake, peer } = await said(nodes, line, told);
    page?.answered({ lines, isMistake });
    if (isMistake) status = 1;
    if (json) print(JSON.stringify({ line: line.trim(), peer, ok: !isMistake, lines }));
    else {
      print(`words> ${line.trim()}`);
      for (const one of lines) (isMistake ? process.stderr : process.stdout).write(`${one}\n`);
    }
    if (isOver) break;
  }
  return status;
}

async function prompted(nodes: readonly WordsNode[], signalled: Promise<number>, page: WordsPage | undefined): Promise<number> {
  const theme = themeOf(wantsColour(process.env, true, false), () => process.stdout.columns);
  const terminal = openTerminal({
    input: process.stdin,
    output: process.stdout,
    prompt: theme.paint.bold('words> '),
    history: openHistory(undefined),
    dim: (text) => theme.paint.dim(text),
    bright: (text) => theme.paint.cyan(text),
    complete: (line, cursor) => completed(line.slice(0, cursor), nodes.length),
    async execute(line) {
      page?.typed(line.trim());
      const { lines, isOver, isMistake } = await obeyed(line);
      page?.answered({ lines, isMistake });
      return isOver;
    },
  });
  async function obeyed(line: string): Promise<Said> {
    const done = await said(nodes, line, (words) => terminal.print(theme.paint.dim(words)));
    for (const one of done.lines) terminal.print(done.isMistake ? theme.mistake(one, theme.width) : one);
    return done;
  }
  const restore = (): void => terminal.restore();
  process.on('exit', restore);
  terminal.print(`${counted(nodes.length, 'peer')}, at UDP ports ${nodes.map(({ address }) => portIn(address)).join(', ')}; @2 lie speaks to the second, help shows the rest`);
  if (page !== undefined) {
    terminal.print(page.line);
    page.heed((line) => {
      terminal.print(theme.paint.dim(`page> ${line}`));
      return obeyed(line);
    });
  }
  try {
    // A prompt that is still open would keep the program alive.
    return await Promise.race([terminal.run(), signalled]);
  } finally {
    restore();
    process.removeListener('exit', restore);
  }
}

/** What may stand at the end of what was typed. */
export function completed(before: string, peers: number): { readonly from: number; readonly candidates: readonly string[] } {
  const from = before.lastIndexOf(' ') + 1;
  const typed = before.slice(from).toLowerCase();
  const earlier = before.slice(0, from).trim().split(/\s+/).filter((word) => word !== '' && !word.startsWith('@'));
  const all = earlier.length === 0 ? [...Object.keys(COMMANDS), ...(before.slice(0, from).includes('@') ? [] : Array.from({ length: peers }, (_, place) => `@${place + 1}`))] : earlier[0] === 'lie' ? LIES.map(({ name }) => name) : [];
  return { from, candidates: all.filter((word) => word.startsWith(typed)) };
}

