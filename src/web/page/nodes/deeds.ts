import { UserError } from '../../../core/user-error.ts';
import { later, lengthOf, nextIn } from '../../nodes/moment.ts';
import type { RunNews, Seeded } from '../../nodes/simulated.ts';
import { judgedAnew, linesOfRun, watchedIn, type Watched } from '../../nodes/watched.ts';
import type { Opened } from '../open.ts';
import { now, set } from '../store.ts';
import type { NodesAddress, NodesShown } from './shown.ts';

/** Who runs nodes for the page. */
export interface Runner {
  run(seeded: Seeded): void;
  /** Ends what takes long. */
  stop(): void;
}

/** Changes what the view of nodes shows. */
export const show = (change: Partial<NodesShown>): void => set({ nodes: { ...now().nodes, ...change } });

/** Has something run, and looks at it from its beginning, or from where a link leads. */
export function run(runner: Runner, { seeded, at, who }: NodesAddress): void {
  show({ seeded, at, who, sought: at, watched: undefined, missing: undefined, file: undefined, isBusy: true, reached: undefined, isPlaying: false });
  set({ mistake: undefined });
  runner.run(seeded);
}

export function stop(runner: Runner): void {
  runner.stop();
  show({ isBusy: false, reached: undefined });
}

/** Takes what came of a run into what is shown, and what has come of it so far. */
export function hearRun(news: RunNews): void {
  if (news.type === 'mistake') {
    show({ isBusy: false, reached: undefined });
    return set({ mistake: news.message });
  }
  const { seeded, at, sought, watched: before, isPlaying, file } = now().nodes;
  // What was asked for before, or is of a run while a file is looked at, is of no interest any more.
  if (file !== undefined || JSON.stringify(seeded) !== JSON.stringify(news.seeded)) return;
  if (news.type === 'running') show({ reached: news.at });
  else show({ isBusy: false, reached: undefined });
  if (news.trace === undefined) return;
  const watched = (before === undefined ? undefined : judgedAnew(before, news.trace.text)) ?? watchedIn(news.trace.text);
  // Who waits at the end of what has run for what a link leads to comes closer to it.
  const isWaiting = before === undefined || (sought > before.end && at === before.end && !isPlaying);
  show({ watched, missing: news.trace.missing, at: Math.min(isWaiting ? sought : at, watched.end) });
}

/** Looks at a run of a file. */
export async function watchFile({ file, index }: Opened & { readonly type: 'trace' }): Promise<void> {
  try {
    const watched = watchedIn(linesOfRun(await file.text(), index));
    set({ view: 'nodes', mistake: undefined });
    show({ watched, missing: undefined, file: file.name, isBusy: false, reached: undefined, at: 0, isPlaying: false, who: undefined });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    set({ mistake: `${file.name}: ${error.message}` });
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
