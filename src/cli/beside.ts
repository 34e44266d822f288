import type { Answer, Session } from '../repl/command.ts';
import { execute } from '../repl/execute.ts';
import type { Neighbour } from '../repl/interactive.ts';
import { render } from '../repl/render.ts';
import type { Theme } from '../repl/theme.ts';
import { Lab, campNews, entryNews, helloOf } from '../web/lab.ts';
import type { Entry, News } from '../web/news.ts';
import { servePage } from '../web/server/serve.ts';

/** So many lines of the prompt are told to a page that comes later. */
const ENTRIES_MAX = 500;

/** A page beside the prompt: what is typed here is seen there, and the other way round. */
export interface Beside extends Neighbour {
  /** What the session tells the page. */
  readonly answered: NonNullable<Session['answered']>;
  close(): Promise<void>;
}

/** @param port 0 lets the system choose */
export async function openBeside(port: number, looks: Theme): Promise<Beside> {
  const entries: Entry[] = [];
  let session: Session | undefined;
  /** The order that pages know. */
  let order: Session['outcome'];
  let lab: Lab | undefined;
  const server = await servePage(port, {
    shows: 'army',
    snapshot: () => (session === undefined ? [] : snapshotOf(session)),
    ask: (ask) => void lab?.ask(ask),
  });
  const beside: Beside = {
    line: `The page: ${looks.paint.bold(server.url)}`,
    print: (text) => void process.stdout.write(text),
    answered(from, line, answer) {
      if (session === undefined) begin(from);
      if (answer.type !== 'nothing') told(from, line, answer);
    },
    close: () => server.close(),
  };
  return beside;

  function snapshotOf(own: Session): News[] {
    return [helloOf([], own.version(), true), { type: 'begun', entries }, campNews(own)];
  }

  /** The session is known by what is first told of it. */
  function begin(own: Session): void {
    session = own;
    // Nobody at the prompt is asked for what a page left out.
    const unattended = new Proxy(own, { get: (target, name) => (name === 'person' ? undefined : Reflect.get(target, name)) });
    const run = async (line: string): Promise<void> => {
      const answer = await execute(unattended, line, new AbortController().signal);
      if (answer.type === 'nothing') return;
      const said = answer.type === 'mistake' ? `${looks.mistake(answer.message, looks.width)}\n` : render(answer.result, looks);
      beside.print(`${looks.paint.dim(`page> ${line}`)}\n${said}`);
    };
    const tell = (news: News): void => server.tell(news);
    lab = new Lab({ tell, demos: [], version: own.version(), pause: () => new Promise(setImmediate), live: { session: own, run } });
    for (const news of snapshotOf(own)) server.tell(news);
  }

  function told(from: Session, line: string, answer: Exclude<Answer, { type: 'nothing' }>): void {
    const news = entryNews(line, answer);
    entries.push(news.entry);
    if (entries.length > ENTRIES_MAX) entries.shift();
    server.tell(news);
    server.tell(campNews(from, order));
    order = from.outcome;
  }
}
