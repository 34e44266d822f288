import { render } from 'preact';
import { addressIn, addressOf, type Address } from './address.ts';
import { App } from './app.tsx';
import { takeDropped } from './dropped.ts';
import { hear, type Asker } from './hear.ts';
import { moreNow, withMore } from './later.ts';
import type { Runner } from './nodes/runner.ts';
import type { News } from '../news.ts';
import { partsHere, type Threads } from './parts.ts';
import { behindServer, ownLab, ownRunner, type Source } from './source.ts';
import { now, set, useStore } from './store.ts';
import { storyLines } from './story-steps.ts';

function showPage(): void {
  const threads = partsHere().threads ?? servedThreads();
  const token =
    document.documentElement.dataset['live'] === undefined ? undefined : (new URLSearchParams(location.search).get('token') ?? '');
  const address = addressIn(location.hash);
  const asker: Asker = { begin: address, isLed: true, ask: (ask) => source.ask(ask) };
  const source: Source =
    token === undefined
      ? ownLab(
          threads,
          (news) => hear(news, asker),
          () => Object.assign(asker, { begin: addressBefore(asker.begin), isLed: false }),
        )
      : behindServer<News>(
          token,
          (news) => hear(news, asker),
          (isLost) => set({ isLost }),
        );
  // Nothing of it runs before the rest is there.
  const runner = ownRunner(
    threads,
    (news) => moreNow()!.hearRun(news),
    (system) => moreNow()!.systemsBrought().some(({ name }) => name === system),
  );
  set({ view: address.view, who: address.who, ...(address.story === undefined ? {} : { story: address.story }) });
  addEventListener('popstate', () => {
    if (location.hash !== addressOf(now())) again(asker, runner);
  });
  takeDropped();
  // Pictures are made for the room that there is.
  addEventListener('resize', () => set({}));
  const show = (): void => render(<Page asker={asker} runner={runner} />, document.getElementById('lab')!);
  if (address.view === 'army') return show();
  void withMore().then(({ nodesIn }) => {
    if (address.nodes !== undefined) set({ nodes: { ...now().nodes, ...nodesIn(address.nodes) } });
    show();
  });
}

/** Of a page that is served, whose one script is that of its threads as well. */
function servedThreads(): Threads {
  const { src } = document.currentScript as HTMLScriptElement;
  return { lab: src, nodes: src };
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
  const { nodes } = address;
  if (nodes !== undefined) {
    set({ view: 'nodes' });
    return void withMore().then(({ run, nodesIn }) => run(runner, nodesIn(nodes)));
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

showPage();
