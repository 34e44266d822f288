import type { Ask, News } from '../news.ts';
import { addressOf, type Address } from './address.ts';
import { save } from './save.ts';
import { ENTRIES_MAX, endOf, now, set, type State } from './store.ts';
import { storyLines } from './story-steps.ts';

/** Who is asked, and where the page is to begin. */
export interface Asker {
  begin: Address;
  /** Whether the page is on its way to where a link leads; else it is where somebody has brought it. */
  isLed: boolean;
  readonly ask: (ask: Ask) => void;
}

/** Whether somebody would rather not see things move. */
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** What the session was when the page last heard of it, so that it can be told whether an order was given since. */
let heard = '';

/** Takes a piece of news into what is shown. */
export function hear(news: News, asker: Asker): void {
  const state = now();
  switch (news.type) {
    case 'hello': {
      set({ hello: news, isLost: false });
      if (news.isLive) return;
      const { beginning, story } = asker.begin;
      const lines = story === undefined ? beginning.lines : storyLines(news.demos, story);
      return asker.ask({ type: 'begin', beginning: { ...beginning, lines } });
    }
    case 'begun':
      heard = '';
      set({ why: undefined, fork: undefined, picked: undefined, odds: undefined, progress: undefined, mistake: undefined });
      return set({ entries: news.entries.slice(-ENTRIES_MAX) });
    case 'camp':
      return hearCamp(news, state, asker);
    case 'entry': {
      const { entry } = news;
      if (entry.file !== undefined) save(entry.file.name, entry.file.text);
      const entries = [...state.entries, entry].slice(-ENTRIES_MAX);
      return set({ entries, mistake: entry.isMistake ? entry.text : undefined, progress: undefined });
    }
    case 'progress':
      return set({ progress: news.progress });
    case 'why':
      return news.why.order === state.order?.trace.ordered.number ? set({ why: news.why, who: news.why.id }) : undefined;
    case 'fork': {
      const { round } = news.change;
      const at = isStill() ? round : Math.min(state.at, round - 1);
      return set({ fork: news, why: undefined, at, isPlaying: !isStill(), mistake: undefined });
    }
    case 'odds':
      return set({ odds: news.odds, mistake: undefined });
    case 'mistake':
      return set({ mistake: news.message, progress: undefined });
    default:
      news satisfies never;
  }
}

function hearCamp({ camp, last }: News & { readonly type: 'camp' }, state: State, asker: Asker): void {
  const key = last === undefined ? heard : last === null ? '-' : `${last.trace.ordered.number} ${last.trace.ordered.seed}`;
  const isNew = key !== heard;
  heard = key;
  if (!isNew || last === undefined) {
    const isOther = state.camp?.follows !== camp.follows || state.camp.m !== camp.m;
    const isChanged = isOther || JSON.stringify(state.camp.members) !== JSON.stringify(camp.members);
    // What has changed since the order is seen where the army stands before one.
    set({ camp, ...(isChanged ? { at: 0, isPlaying: false, fork: undefined, picked: undefined } : {}) });
    return remember(false);
  }
  const { begin, isLed } = asker;
  const end = endOf(last ?? undefined);
  const isWatched = !isLed || state.story !== undefined;
  const at = isLed && begin.at !== undefined ? Math.min(begin.at, end) : isStill() || !isWatched ? end : 0;
  const isPlaying = last !== null && at === 0 && isWatched;
  set({ camp, order: last ?? undefined, at, isPlaying, fork: undefined, why: undefined, picked: undefined });
  if (isLed && begin.fork !== undefined) asker.ask({ type: 'fork', change: begin.fork });
  asker.isLed = false;
  remember(!isLed);
}

/** Puts what is shown into the link. @param isStep whether the browser's back shall come back to what was before */
export function remember(isStep: boolean): void {
  const hash = addressOf(now());
  if (hash === location.hash) return;
  // A page of a file may not change its address everywhere.
  try {
    if (isStep) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
  } catch {
    // The link then stays as it was.
  }
}
