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
      return set({ entries: news.entries.slice(-ENTRIES_MAX), why: undefined, fork: undefined, picked: undefined, odds: undefined, progress: undefined, mistake: undefined });
    case 'camp':
      return hearCamp(news, state, asker);
    case 'entry': {
      if (news.entry.file !== undefined) save(news.entry.file.name, news.entry.file.text);
      return set({ entries: [...state.entries, news.entry].slice(-ENTRIES_MAX), mistake: news.entry.isMistake ? news.entry.text : undefined, progress: undefined });
    }
    case 'progress':
      return set({ progress: news.progress });
    case 'why':
      return news.why.order === state.order?.trace.ordered.number ? set({ why: news.why, who: news.why.id }) : undefined;
    case 'fork':
      return set({ fork: news, why: undefined, at: Math.min(state.at, news.change.round - 1), isPlaying: !isStill(), mistake: undefined, ...(isStill() ? { at: news.change.round } : {}) });
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
    const isChanged = JSON.stringify(state.camp?.members) !== JSON.stringify(camp.members) || state.camp?.follows !== camp.follows || state.camp.m !== camp.m;
    // What has changed since the order is seen where the army stands before one.
    set({ camp, ...(isChanged ? { at: 0, isPlaying: false, fork: undefined, picked: undefined } : {}) });
    return remember(false);
  }
  const { begin, isLed } = asker;
  const end = endOf(last ?? undefined);
  const at = isLed && begin.at !== undefined ? Math.min(begin.at, end) : last === null ? 0 : isStill() || (isLed && state.story === undefined) ? end : 0;
  set({ camp, order: last ?? undefined, at, isPlaying: last !== null && at === 0 && (!isLed || state.story !== undefined), fork: undefined, why: undefined, picked: undefined });
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
