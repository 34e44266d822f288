import type { Demo } from '../../repl/command.ts';
import { Lab } from '../lab.ts';
import { takeOwn } from '../own.ts';
import type { Ask, News } from '../news.ts';
import type { Scope } from './scope.ts';
import { CALL, type Sign } from './source.ts';

declare const DEMOS: readonly Demo[];
declare const VERSION: string;

/** The laboratory in a thread of the page: nothing that takes long keeps the page from moving. */
function serve(): void {
  const scope = globalThis as Scope<Ask | typeof CALL, News | Sign>;
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port2.onmessage = () => waiting.shift()?.();
  const later = (work: () => void): void => {
    waiting.push(work);
    port1.postMessage(0);
  };
  // What lets others have a turn in Node is not there in a browser.
  Object.assign(globalThis, { setImmediate: later });
  const brings = takeOwn();
  scope.postMessage({ type: 'there', hasOwn: brings.length > 0 });
  const lab = new Lab({ brings, tell: (news) => scope.postMessage(news), demos: DEMOS, version: VERSION, pause: () => new Promise(later) });
  scope.onmessage = ({ data }) => {
    if (data === CALL) return scope.postMessage({ type: 'here' });
    const done = lab.ask(data);
    if (data.type !== 'stop') void done.then(() => scope.postMessage({ type: 'done' }));
  };
}

serve();
