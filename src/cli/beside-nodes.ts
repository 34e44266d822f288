import type { Fields } from '../trace/sound.ts';
import type { LiveHello } from '../web/live/news.ts';
import { NodesPage } from '../web/server/nodes.ts';
import { lineOf } from './invocation.ts';

/** What came of a line. */
export interface Answered {
  readonly lines: readonly string[];
  readonly isMistake: boolean;
}

/** A page beside the prompt of nodes that run here: what is typed here is seen there, and the other way round. */
export interface NodesBeside {
  /** Where it is, for people. */
  readonly line: string;
  readonly page: NodesPage;
  /** A line was typed here. */
  typed(line: string): void;
  /** What came of one. */
  answered(answer: Answered): void;
  /** Has somebody do what is typed in a page; without anybody it is told that nobody listens. @param run never rejects */
  heed(run: (line: string) => Promise<Answered>): void;
  close(): Promise<void>;
}

/** @param port 0 lets the system choose */
export async function openNodesBeside(port: number, hello: Omit<LiveHello, 'again'>, head: Fields): Promise<NodesBeside> {
  let run: ((line: string) => Promise<Answered>) | undefined;
  const obey = async (line: string): Promise<void> => {
    typed(line);
    // Whoever is at the prompt decides when all is over.
    if (run === undefined || LEAVING.test(line)) answered({ lines: [run === undefined ? 'nobody listens yet' : `${line.trim()} is for the prompt: a page does not end it`], isMistake: true });
    else answered(await run(line));
  };
  const page = await NodesPage.open(port, { ...hello, again: lineOf(process.argv.slice(2)) }, head, (line) => void obey(line));
  const typed = (line: string): void => page.speak(line, 'typed');
  const answered = ({ lines, isMistake }: Answered): void => {
    for (const one of lines) page.speak(one, isMistake ? 'mistake' : 'printed');
  };
  return { line: `The page: ${page.url}`, page, typed, answered, heed: (own) => void (run = own), close: () => page.close() };
}

/** What ends a prompt. */
const LEAVING = /^\s*(?:@\S*\s*)?(?:exit|quit)\b/i;
