import { quoted } from '../../core/user-error.ts';
import type { Ask, News } from '../news.ts';
import type { RunNews, Seeded } from '../nodes/simulated.ts';
import type { Runner } from './nodes/runner.ts';
import { NODES_THREAD, type Threads } from './parts.ts';

/** Where a page has its news from, and whom it asks. */
export interface Source {
  ask(ask: Ask): void;
}

/**
 * What a thread tells beside its news: that it has begun, that it hears a call, and that it has done the first of all that it was asked.
 */
export type Sign = { readonly type: 'there'; readonly hasOwn: boolean } | { readonly type: 'here' } | { readonly type: 'done' };

/** What it is asked to show that it can be spoken to. */
export const CALL = 'are you there?';

/** In ms: code of somebody's own that takes longer is ended, and how often its thread is called. */
const PATIENCE = 10_000;
const CALLS = 1000;

/**
 * A laboratory of the page's own, in virtual time. Where code of somebody's own does not come back, its thread is ended, and another one
 * begins; nothing that was asked meanwhile is done.
 * @param ended is told before the other begins
 */
export function ownLab(threads: Threads, tell: (news: News) => void, ended: () => void): Source {
  /** What it has not done yet, the first first. */
  let asked: Ask[] = [];
  let hasOwn = false;
  /** When it was called last without having answered. */
  let called: number | undefined;
  let sentence: string | undefined;
  let worker = begin();
  setInterval(look, CALLS);
  return {
    ask(ask) {
      if (ask.type !== 'stop') asked.push(ask);
      worker.postMessage(ask);
    },
  };

  function begin(): Worker {
    const thread = threads.first?.() ?? new Worker(threads.lab);
    thread.onmessage = ({ data }: MessageEvent<News | Sign>) => {
      called = undefined;
      if (data.type === 'there') hasOwn = data.hasOwn;
      else if (data.type === 'done') asked.shift();
      else if (data.type !== 'here') tell(data);
      // The army is as it was before: now somebody may read what happened.
      if (data.type !== 'camp' || sentence === undefined) return;
      tell({ type: 'mistake', message: sentence });
      sentence = undefined;
    };
    thread.onerror = (event) => tell({ type: 'mistake', message: `internal error: ${event.message}` });
    return thread;
  }

  function look(): void {
    // Only what was brought may be ended: ours comes back, however long it takes.
    if (!hasOwn || asked.length === 0) return;
    if (called === undefined) {
      called = performance.now();
      worker.postMessage(CALL);
    } else if (performance.now() - called >= PATIENCE) again();
  }

  function again(): void {
    worker.terminate();
    const reason = `code of your own did not come back for ${PATIENCE / 1000} s`;
    sentence = `${nameOf(asked[0]!)} was ended, as ${reason}: the army is as it was before`;
    [asked, called] = [[], undefined];
    ended();
    worker = begin();
  }
}

/** What was asked for, for who reads that it was ended. */
function nameOf(ask: Ask): string {
  switch (ask.type) {
    case 'begin':
      return 'what the link asks for';
    case 'line':
      return quoted(ask.line);
    case 'why':
      return `why G${ask.id} decided so`;
    case 'fork':
      return 'the run with a changed message';
    case 'odds':
      return 'the count';
    case 'stop':
      return 'to stop';
    default:
      return ask satisfies never;
  }
}

/** What is at a prompt, behind the server that the page is from. @param token which that server asks for */
export function behindServer<Told>(token: string, tell: (news: Told | Mistake) => void, lost: (isLost: boolean) => void): Source {
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  events.onopen = () => lost(false);
  events.onerror = () => lost(true);
  events.onmessage = ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as Told);
  return {
    ask(ask) {
      fetch('/ask', { method: 'POST', headers: { 'content-type': 'application/json', 'x-token': token }, body: JSON.stringify(ask) }).then(
        async (response) => {
          if (!response.ok) tell({ type: 'mistake', message: (await response.text()).trim() });
        },
        () => lost(true),
      );
    },
  };
}

/** What was asked for cannot be. */
type Mistake = News & { readonly type: 'mistake' };

/**
 * Runs nodes in a thread of the page's own, which is begun when it is needed. Code of somebody's own that does not come back is ended.
 * @param isOwn tells whether a system was brought
 */
export function ownRunner(threads: Threads, tell: (news: RunNews) => void, isOwn: (system: string) => boolean): Runner {
  let worker: Worker | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(patience);
    worker?.terminate();
    worker = undefined;
  };
  const wait = ({ system }: Seeded): void => {
    clearTimeout(patience);
    if (!isOwn(system)) return;
    patience = setTimeout(() => {
      stop();
      tell({ type: 'mistake', message: `the run was ended, as code of your own did not come back for ${PATIENCE / 1000} s` });
    }, PATIENCE);
  };
  return {
    stop,
    run(seeded) {
      // What it is busy with nobody waits for any more.
      stop();
      const own = new Worker(threads.nodes, { name: NODES_THREAD });
      worker = own;
      own.onmessage = ({ data }: MessageEvent<RunNews>) => {
        // What one that was ended had said before may come after that.
        if (worker !== own) return;
        tell(data);
        if (data.type === 'running') wait(seeded);
        else stop();
      };
      wait(seeded);
      own.onerror = (event) => tell({ type: 'mistake', message: `internal error: ${event.message}` });
      own.postMessage(seeded);
    },
  };
}
