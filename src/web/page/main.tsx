import { render } from 'preact';
import { addressIn, addressOf, type Address } from './address.ts';
import { App } from './app.tsx';
import { hearRun, run, type Runner } from './nodes/deeds.ts';
import { takeDropped } from './files.tsx';
import { systemsBrought } from '../own.ts';
import { NODES_THREAD, behindServer, ownLab, ownRunner, type Source } from './source.ts';
import { hear, type Asker } from './hear.ts';
import type { News } from '../news.ts';
import { now, set, useStore } from './store.ts';
import { storyLines } from './story-steps.ts';
import { serveAsWorker, serveRuns } from './worker.ts';

function showPage(): void {
  // Which is the script of its thread as well.
  const { src: script } = document.currentScript as HTMLScriptElement;
  const token =
    document.documentElement.dataset['live'] === undefined ? undefined : (new URLSearchParams(location.search).get('token') ?? '');
  const address = addressIn(location.hash);
  const asker: Asker = { begin: address, isLed: true, ask: (ask) => source.ask(ask) };
  const source: Source =
    token === undefined
      ? ownLab(
          script,
          (news) => hear(news, asker),
          () => Object.assign(asker, { begin: addressBefore(asker.begin), isLed: false }),
        )
      : behindServer<News>(
          token,
          (news) => hear(news, asker),
          (isLost) => set({ isLost }),
        );
  const runner = ownRunner(script, hearRun, (system) => systemsBrought().some(({ name }) => name === system));
  if (address.nodes !== undefined) set({ nodes: { ...now().nodes, ...address.nodes } });
  set({ view: address.view, who: address.who, ...(address.story === undefined ? {} : { story: address.story }) });
  addEventListener('popstate', () => {
    if (location.hash !== addressOf(now())) again(asker, runner);
  });
  takeDropped();
  // Pictures are made for the room that there is.
  addEventListener('resize', () => set({}));
  render(<Page asker={asker} runner={runner} />, document.getElementById('lab')!);
}

/**
 * Where a session begins again of which the last line was ended: as it was before that, and without any line where it was not even that
 * far.
 */
function addressBefore(address: Address): Address {
  const { camp } = now();
  const { count, seed, protocol, lines } = camp ?? { ...address.beginning, lines: [] };
  return { ...address, beginning: { count, seed, protocol, lines }, story: undefined, at: undefined, fork: undefined };
}

/** Goes to what the link says now: the browser's own back and forward. */
function again(asker: Asker, runner: Runner): void {
  const address = addressIn(location.hash);
  if (address.nodes !== undefined) {
    set({ view: 'nodes' });
    return run(runner, address.nodes);
  }
  set({ view: address.view, who: address.who, story: address.story });
  const { hello } = now();
  if (hello?.isLive !== false) return;
  const lines = address.story === undefined ? address.beginning.lines : storyLines(hello.demos, address.story);
  Object.assign(asker, { begin: address, isLed: true });
  asker.ask({ type: 'begin', beginning: { ...address.beginning, lines } });
}

const Page = ({ asker, runner }: { readonly asker: Asker; readonly runner: Runner }): ReturnType<typeof App> => (
  <App state={useStore()} asker={asker} runner={runner} />
);

if (typeof document !== 'undefined') showPage();
else if (self.name === NODES_THREAD) serveRuns();
else serveAsWorker();
