import { useEffect, useState } from 'preact/hooks';
import type { Camp, Change, Choice, Entry, News, Odds, OrderView, Why } from '../news.ts';
import type { Demo } from '../../repl/command.ts';
import { NOTHING_SHOWN, type NodesShown } from './nodes/shown.ts';
import type { Opened } from './open.ts';

export const VIEWS = ['army', 'proof', 'odds', 'nodes', 'story', 'files'] as const;
export type View = (typeof VIEWS)[number];

/** All that a page shows follows from this. */
export interface State {
  readonly hello: (News & { readonly type: 'hello' }) | undefined;
  readonly camp: Camp | undefined;
  /** The order that is looked at. */
  readonly order: OrderView | undefined;
  readonly entries: readonly Entry[];
  readonly progress: (News & { readonly type: 'progress' })['progress'];
  readonly why: Why | undefined;
  readonly fork: Fork | undefined;
  readonly odds: Odds | undefined;
  readonly mistake: string | undefined;
  readonly view: View;
  /** 0 is before the order, k the end of round k, one more than the rounds the end; between them messages are under way. */
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** The chosen general. */
  readonly who: number | undefined;
  /** The chosen message. */
  readonly picked: Place | undefined;
  readonly story: { readonly name: string; readonly step: number } | undefined;
  readonly opened: Opened | undefined;
  readonly nodes: NodesShown;
  readonly isHelpOpen: boolean;
  /** Whether whoever is behind the page answers. */
  readonly isLost: boolean;
}

export type Place = Omit<Change, 'word'>;

export interface Fork {
  readonly change: Change;
  readonly lines: readonly string[];
  readonly order: OrderView;
}

const EMPTY: State = {
  hello: undefined,
  camp: undefined,
  order: undefined,
  entries: [],
  progress: undefined,
  why: undefined,
  fork: undefined,
  odds: undefined,
  mistake: undefined,
  view: 'army',
  at: 0,
  isPlaying: false,
  speed: 1,
  who: undefined,
  picked: undefined,
  story: undefined,
  opened: undefined,
  nodes: NOTHING_SHOWN,
  isHelpOpen: false,
  isLost: false,
};

let state = EMPTY;
const watchers = new Set<() => void>();

export const now = (): State => state;

export function set(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const watcher of watchers) watcher();
}

/** The state, which draws anew whoever uses it when it changes. */
export function useStore(): State {
  const [, draw] = useState(state);
  useEffect(() => {
    const watcher = (): void => draw(state);
    watchers.add(watcher);
    watcher();
    return () => void watchers.delete(watcher);
  }, []);
  return state;
}

/** The last time of an order: its end. */
export const endOf = (order: OrderView | undefined): number => (order === undefined ? 0 : order.rounds + 1);

/** More lines than this are forgotten from the top: nobody scrolls so far, and a page that is open for a day must not grow. */
export const ENTRIES_MAX = 500;

export type { Choice, Demo };
