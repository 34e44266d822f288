import { UserError } from '../../../core/user-error.ts';
import { later, lengthOf, nextIn } from '../../nodes/moment.ts';
import type { RunNews } from '../../nodes/simulated.ts';
import { Reading } from '../../nodes/reading.ts';
import { linesOfRun, mustBeWatchable, type Watched } from '../../nodes/watched.ts';
import type { Opened } from '../open.ts';
import { now, set } from '../store.ts';
import type { Runner } from './runner.ts';
import type { NodesAddress, NodesShown } from './shown.ts';

/** Changes what the view of nodes shows. */
export const show = (change: Partial<NodesShown>): void => set({ nodes: { ...now().nodes, ...change } });

/** Has something run, and looks at it from its beginning, or from where a link leads. */
export function run(runner: Runner, { seeded, at, who }: NodesAddress): void {
  const nothing = { watched: undefined, missing: undefined, file: undefined, reached: undefined, isPlaying: false };
  show({ ...nothing, seeded, at, who, sought: at, isBusy: true });
  set({ mistake: undefined });
  begin();
  runner.run(seeded);
}

export function stop(runner: Runner): void {
  runner.stop();
  show({ isBusy: false, reached: undefined });
}

function begin(): void {
  begun += 1;
  reading = new Reading();
  unread = [];
}

/** What is read of what runs; and how often anything was begun, for who was long about something else. */
let reading = new Reading();
let begun = 0;
/** What was heard while what came before it is being read. */
let unread: (RunNews & { readonly type: 'ran' | 'running' })[] = [];
let isReading = false;

/** Takes what came of a run into what is shown, and what has come of it so far. */
export function hearRun(news: RunNews): void {
  if (news.type === 'mistake') {
    show({ isBusy: false, reached: undefined });
    return set({ mistake: news.message });
  }
  if (!isOfInterest(news)) return;
  if (news.type === 'running') show({ reached: news.at });
  if (news.trace === undefined) return;
  unread.push(news);
  if (!isReading) void readAll();
}

/** What was asked for before, or is of a run while a file is looked at, is of no interest any more. */
function isOfInterest({ seeded }: RunNews & { readonly type: 'ran' | 'running' }): boolean {
  const { nodes } = now();
  return nodes.file === undefined && JSON.stringify(nodes.seeded) === JSON.stringify(seeded);
}

/** Reads what was heard, and shows it. */
async function readAll(): Promise<void> {
  isReading = true;
  try {
    for (let news = unread.shift(); news !== undefined; news = unread.shift()) {
      const watched = await inPieces(reading.take(news.trace!));
      if (watched !== undefined && isOfInterest(news)) showRead(news, watched);
    }
  } finally {
    isReading = false;
  }
}

function showRead({ type, trace }: RunNews & { readonly type: 'ran' | 'running' }, watched: Watched): void {
  const { at, sought, watched: before, isPlaying, isBusy } = now().nodes;
  // Who waits at the end of what has run for what a link leads to comes closer to it.
  const isWaiting = before === undefined || (sought > before.end && at === before.end && !isPlaying);
  show({ watched, missing: trace?.missing, at: Math.min(isWaiting ? sought : at, watched.end), isBusy: isBusy && type === 'running' });
  if (type === 'ran') show({ reached: undefined });
}

/** In ms of ours, for how long a page may stand still. */
const PIECE = 12;

/** Does something piece by piece, with a turn for the page between. @returns undefined if something else was begun meanwhile */
async function inPieces<Result>(work: Generator<void, Result>): Promise<Result | undefined> {
  const own = begun;
  for (;;) {
    for (const until = performance.now() + PIECE; performance.now() < until; ) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
    await new Promise((resolve) => setTimeout(resolve));
    if (begun !== own) return undefined;
  }
}

/** Looks at a run of a file. */
export async function watchFile({ name, file, runs, index }: Opened & { readonly type: 'trace' }): Promise<void> {
  try {
    mustBeWatchable(runs[index]!);
    begin();
    const watched = await inPieces(new Reading().take({ before: 0, text: linesOfRun(await file.text(), index) }));
    if (watched === undefined) return;
    set({ view: 'nodes', mistake: undefined });
    show({ watched, missing: undefined, file: name, isBusy: false, reached: undefined, at: 0, isPlaying: false, who: undefined });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    set({ mistake: `${name}: ${error.message}` });
  }
}

/** To the next time at which anything happens, or back. @param isLong to the next at which something other than messages does */
export function step({ steps, happenings, begin, end }: Watched, by: 1 | -1, isLong = false): void {
  const { at } = now().nodes;
  show({ at: nextIn(isLong ? happenings : steps, at, by) ?? (by === 1 ? end : begin), isPlaying: false });
}

export function play(watched: Watched): void {
  const { at, isPlaying } = now().nodes;
  show({ isPlaying: !isPlaying, ...(at >= watched.end ? { at: 0 } : {}) });
}

/** Milliseconds that a message takes to watch at speed 1, and that the whole takes at most. */
const MESSAGE = 900;
const WHOLE = 90_000;

/** Lets time go on by so many milliseconds of ours. */
export function goOn(watched: Watched, passed: number): void {
  const { nodes, speed } = now();
  const pace = Math.max(watched.typical / MESSAGE, lengthOf(watched) / WHOLE) * speed;
  const at = later(watched, nodes.at, passed * pace);
  show({ at, isPlaying: at < watched.end });
}

/** @returns whether a key is one of this view */
export function press(key: string, isLong: boolean): boolean {
  const { watched } = now().nodes;
  if (watched === undefined) return false;
  const id = /^\d$/.test(key) ? watched.nodes.find((one) => one === Number(key)) : undefined;
  if (key === ' ') play(watched);
  else if (key === 'ArrowRight') step(watched, 1, isLong);
  else if (key === 'ArrowLeft') step(watched, -1, isLong);
  else if (key === 'Home') show({ at: watched.begin, isPlaying: false });
  else if (key === 'End') show({ at: watched.end, isPlaying: false });
  else if (key === 'Escape') show({ who: undefined });
  else if (id !== undefined) show({ who: id });
  else return false;
  return true;
}
