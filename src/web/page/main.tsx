import { render } from 'preact';
import { addressIn, addressOf } from './address.ts';
import { App } from './app.tsx';
import { liveArmy, ownLab, type Source } from './source.ts';
import { hear, type Asker } from './hear.ts';
import { now, set, useStore } from './store.ts';
import { storyLines } from './story-steps.ts';
import { serveAsWorker } from './worker.ts';

function showPage(): void {
  // Which is the script of its thread as well.
  const { src: script } = document.currentScript as HTMLScriptElement;
  const token = document.documentElement.dataset['live'] === undefined ? undefined : (new URLSearchParams(location.search).get('token') ?? '');
  const address = addressIn(location.hash);
  const asker: Asker = { begin: address, isLed: true, ask: (ask) => source.ask(ask) };
  const source: Source = token === undefined ? ownLab(script, (news) => hear(news, asker)) : liveArmy(token, (news) => hear(news, asker), (isLost) => set({ isLost }));
  set({ view: address.view, who: address.who, ...(address.story === undefined ? {} : { story: address.story }) });
  addEventListener('popstate', () => {
    if (location.hash !== addressOf(now())) again(asker);
  });
  render(<Page asker={asker} />, document.getElementById('lab')!);
}

/** Goes to what the link says now: the browser's own back and forward. */
function again(asker: Asker): void {
  const address = addressIn(location.hash);
  set({ view: address.view, who: address.who, story: address.story });
  const { hello } = now();
  if (hello?.isLive !== false) return;
  const lines = address.story === undefined ? address.beginning.lines : storyLines(hello.demos, address.story);
  Object.assign(asker, { begin: address, isLed: true });
  asker.ask({ type: 'begin', beginning: { ...address.beginning, lines } });
}

const Page = ({ asker }: { readonly asker: Asker }): ReturnType<typeof App> => <App state={useStore()} asker={asker} />;

if (typeof document === 'undefined') serveAsWorker();
else showPage();
