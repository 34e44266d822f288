import type { Ask, News } from '../news.ts';
import type { RunNews, Seeded } from '../nodes/simulated.ts';

/** Where a page has its news from, and whom it asks. */
export interface Source {
  ask(ask: Ask): void;
}

/** A laboratory of the page's own, in virtual time. @param script the page's own script, which is the worker's as well */
export function ownLab(script: string, tell: (news: News) => void): Source {
  const worker = new Worker(script);
  worker.onmessage = ({ data }: MessageEvent<News>) => tell(data);
  worker.onerror = (event) => tell({ type: 'mistake', message: `internal error: ${event.message}` });
  return { ask: (ask) => worker.postMessage(ask) };
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

/** What a thread is called that runs nodes; the other has the laboratory. */
export const NODES_THREAD = 'nodes';

/** Runs nodes in a thread of the page's own, which is begun when it is needed. @param script the page's own */
export function ownRunner(script: string, tell: (news: RunNews) => void): { run(seeded: Seeded): void; stop(): void } {
  let worker: Worker | undefined;
  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
  };
  return {
    stop,
    run(seeded) {
      // What it is busy with nobody waits for any more.
      stop();
      worker = new Worker(script, { name: NODES_THREAD });
      worker.onmessage = ({ data }: MessageEvent<RunNews>) => {
        tell(data);
        if (data.type !== 'running') stop();
      };
      worker.onerror = (event) => tell({ type: 'mistake', message: `internal error: ${event.message}` });
      worker.postMessage(seeded);
    },
  };
}
