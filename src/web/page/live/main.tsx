import { render } from 'preact';
import type { LiveNews } from '../../live/news.ts';
import { behindServer } from '../source.ts';
import { set, useStore } from '../store.ts';
import { LiveApp } from './app.tsx';
import { hear, useLive } from './store.ts';

const source = behindServer<LiveNews>(
  new URLSearchParams(location.search).get('token') ?? '',
  (news) => hear(news),
  (isLost) => set({ isLost }),
);

const Page = (): ReturnType<typeof LiveApp> => (
  <LiveApp state={useStore()} live={useLive()} run={(line) => source.ask({ type: 'line', line })} />
);

render(<Page />, document.getElementById('lab')!);
