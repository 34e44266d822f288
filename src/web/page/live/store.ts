import { useEffect, useState } from 'preact/hooks';
import type { NodeId } from '../../../core/node.ts';
import type { LiveHello, LiveNews, Spoken } from '../../live/news.ts';
import { Recent } from '../../live/recent.ts';
import { watching } from '../../live/watching.ts';
import { show } from '../nodes/deeds.ts';
import type { Pulses } from '../nodes/ring.tsx';
import { now, set } from '../store.ts';

/** What a page of nodes that really run shows beside what the view of nodes does. */
export interface LiveShown {
  readonly hello: LiveHello | undefined;
  readonly spoken: readonly Spoken[];
  /** How many messages were too many to be told. */
  readonly left: number;
  readonly pulses: Pulses;
  readonly mode: Mode | undefined;
}

/** What the next clicks on nodes are for. */
export type Mode =
  /** Whom somebody is not to be heard by. */
  | { readonly type: 'cut'; readonly from: NodeId }
  /** Who is on one side of a partition. */
  | { readonly type: 'side'; readonly ids: ReadonlySet<NodeId> };

let shown: LiveShown = { hello: undefined, spoken: [], left: 0, pulses: { links: new Set(), turn: 0 }, mode: undefined };
const watchers = new Set<() => void>();

export const live = (): LiveShown => shown;

export function setLive(change: Partial<LiveShown>): void {
  shown = { ...shown, ...change };
  for (const watcher of watchers) watcher();
}

export function useLive(): LiveShown {
  const [, draw] = useState(shown);
  useEffect(() => {
    const watcher = (): void => draw(shown);
    watchers.add(watcher);
    watcher();
    return () => void watchers.delete(watcher);
  }, []);
  return shown;
}

/** As many lines as the server keeps. */
const SPOKEN_MAX = 500;

let recent: Recent | undefined;
/** What their clock is ahead of ours by. */
let ahead = 0;

/** Milliseconds since the nodes began. */
export const liveNow = (): number => performance.now() + ahead;

export function hear(news: LiveNews): void {
  switch (news.type) {
    case 'live':
      set({ isLost: false });
      return setLive({ hello: news.live });
    case 'recent':
      recent = new Recent(news.head);
      ahead = news.now - performance.now();
      for (const fact of news.facts) recent.take(fact);
      setLive({ left: news.left });
      return look();
    case 'head':
      if (recent !== undefined) recent.head = news.head;
      return soon();
    case 'facts':
      // What was told before is told once more with all that is kept.
      if (recent === undefined) return undefined;
      // Of two that were on their way for different times, the quicker knows better.
      ahead = Math.max(ahead, news.now - performance.now());
      for (const fact of news.facts) recent.take(fact);
      if (news.left !== shown.left) setLive({ left: news.left });
      return soon();
    case 'pulse':
      return setLive({ pulses: { links: new Set(news.pairs.map(linkOf)), turn: shown.pulses.turn === 0 ? 1 : 0 } });
    case 'spoken': {
      const spoken = [...(news.isAll === true ? [] : shown.spoken), ...news.spoken].slice(-SPOKEN_MAX);
      const last = news.isAll === true ? undefined : news.spoken.findLast(({ sort }) => sort === 'mistake');
      if (last !== undefined) set({ mistake: last.text });
      else if (news.spoken.some(({ sort }) => sort === 'typed')) set({ mistake: undefined });
      return setLive({ spoken });
    }
    case 'mistake':
      return set({ mistake: news.message });
    default:
      news satisfies never;
  }
}

const linkOf = ([from, to]: readonly [number, number]): string => (from < to ? `${from} ${to}` : `${to} ${from}`);

/** Milliseconds between two looks at what is kept; more where a look takes long, so that most of the time is left for drawing. */
const PACE = 200;
const SHARE = 4;
let pace = PACE;
let timer: ReturnType<typeof setTimeout> | undefined;

export const paceOfLooks = (): number => pace;

function soon(): void {
  timer ??= setTimeout(look, pace);
}

function look(): void {
  clearTimeout(timer);
  timer = undefined;
  if (recent === undefined) return;
  const before = performance.now();
  const at = liveNow();
  const seen = watching(recent, Math.round(at));
  pace = Math.max(PACE, SHARE * (performance.now() - before));
  const watched = { ...seen, end: Math.max(seen.end, Math.round(at)) };
  const { nodes } = now();
  show({ watched, ...(nodes.watched === undefined ? { at: watched.end, isPlaying: true } : {}) });
}

/** Time goes on, though nothing happens. */
export function tick(): void {
  const { watched } = now().nodes;
  if (watched !== undefined && timer === undefined) show({ watched: { ...watched, end: Math.max(watched.end, Math.round(liveNow())) } });
}
