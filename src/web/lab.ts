import { Army } from '../generals/army.ts';
import type { OrderView } from './news.ts';
import { UserError } from '../core/user-error.ts';
import { nodeId } from '../core/node.ts';
import { protocolIn } from '../generals/arguments.ts';
import { PROTOCOLS, protocolNamed } from '../generals/protocols/registry.ts';
import { STRATEGIES } from '../generals/faults/registry.ts';
import { arrowsOf } from '../generals/trace/messages.ts';
import { saidBy } from '../generals/faults/said.ts';
import { formOf, type Demo, type Session } from '../repl/command.ts';
import { COMMANDS } from '../repl/commands.ts';
import { execute } from '../repl/execute.ts';
import { themeOf } from '../repl/theme.ts';
import type { Ask, Beginning, Change, Entry, News } from './news.ts';
import { campOf, entryOf, oddsOf, orderIn, whyOf } from './views.ts';

/** What a laboratory needs of where it is. */
export interface LabOptions {
  /** The session at a prompt, where there is one: it is not begun anew, and runs lines in its own way. */
  readonly live?: { readonly session: Session; readonly run: (line: string) => Promise<void> };
  readonly tell: (news: News) => void;
  /** What a command line has to bring before a session can be repeated at a prompt. */
  readonly brings?: readonly string[];
  readonly demos: readonly Demo[];
  readonly version: string;
  /** Lets others have a turn: messages that came meanwhile are heard. */
  readonly pause: () => Promise<void>;
}

/** What all text of a page looks like: without colours, for a page has its own, and as wide as pictures are in a pipe. */
const LOOKS = themeOf(false);

/** What there is to choose from. */
export const helloOf = (demos: readonly Demo[], version: string, isLive: boolean): News => ({
  type: 'hello', version, isLive, demos,
  protocols: PROTOCOLS.map(({ name, summary }) => ({ name, summary })),
  strategies: STRATEGIES.map(({ name, summary }) => ({ name, summary })),
  commands: COMMANDS.map((command) => [formOf(command), command.summary] as const),
});

/** What a page is told after a line was run. @param told the order that it was told of before; large ones are not told twice */
export const campNews = (session: Session, told?: Session['outcome']): News =>
  session.outcome !== undefined && session.outcome === told ? { type: 'camp', camp: campOf(session) } : { type: 'camp', camp: campOf(session), last: orderIn(session, LOOKS) ?? null };

/** A line and its answer, as a page is told. */
export const entryNews = (line: string, answer: Parameters<typeof entryOf>[1]): News & { readonly type: 'entry' } => ({ type: 'entry', entry: entryOf(line, answer, LOOKS) });

/**
 * The laboratory behind a page: a session as at the prompt, in virtual time. What it is asked it does one after the other; `stop` alone is
 * heard at once. A user’s mistake is told, and changes nothing.
 */
export class Lab {
  readonly #options: LabOptions;
  #session: Session | undefined;
  #stop = new AbortController();
  #busy: Promise<void> = Promise.resolve();

  constructor(options: LabOptions) {
    this.#options = options;
    this.#session = options.live?.session;
    if (options.live === undefined) options.tell(helloOf(options.demos, options.version, false));
  }

  /** @returns when it is done */
  ask(ask: Ask): Promise<void> {
    if (ask.type === 'stop') {
      this.#stop.abort();
      return Promise.resolve();
    }
    this.#busy = this.#busy.then(() => this.#answer(ask)).catch((error: unknown) => this.#options.tell({ type: 'mistake', message: `internal error: ${error instanceof Error ? error.message : String(error)}` }));
    return this.#busy;
  }

  async #answer(ask: Exclude<Ask, { type: 'stop' }>): Promise<void> {
    const { tell, live } = this.#options;
    this.#stop = new AbortController();
    try {
      if (ask.type === 'begin' && live !== undefined) throw new UserError('an army at a prompt is not begun anew by a page');
      if (ask.type === 'begin') return await this.#begin(ask.beginning);
      const session = this.#session;
      if (session === undefined) throw new UserError('no session has begun');
      switch (ask.type) {
        case 'line':
          return await (live === undefined ? this.#line(session, ask.line) : live.run(ask.line));
        case 'why': {
          const why = whyOf(session, ask.id, LOOKS);
          if (why === undefined) throw new UserError('no order was given yet that it had part in');
          return tell({ type: 'why', why });
        }
        case 'fork':
          return await this.#fork(session, ask.change);
        case 'odds':
          return await this.#odds(session, ask.strategy, ask.orders);
        default:
          ask satisfies never;
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell({ type: 'mistake', message: error.message });
    }
  }

  async #begin(beginning: Beginning): Promise<void> {
    const { session, entries } = await this.#played(beginning);
    await this.#session?.army.disband();
    this.#session = session;
    this.#options.tell({ type: 'begun', entries });
    this.#options.tell(campNews(session));
  }

  /** A session that begins so, after these lines. @throws UserError if it cannot begin so */
  async #played({ count, seed, protocol, lines }: Beginning): Promise<{ readonly session: Session; readonly entries: readonly Entry[] }> {
    const session = this.#sessionOf(await muster(count, { seed, protocol: protocolIn(protocol).name }));
    const entries: Entry[] = [];
    for (const line of lines) {
      const answer = await execute(session, line, this.#stop.signal);
      if (answer.type !== 'nothing') entries.push(entryOf(line, answer, LOOKS));
    }
    return { session, entries };
  }

  #sessionOf(army: Army): Session {
    const { demos, version, tell, brings = [] } = this.#options;
    return {
      army,
      outcome: undefined,
      isTraced: false,
      journal: { seed: army.seed, count: army.members().length, protocol: army.protocol.name, lines: [], brings },
      record: () => undefined,
      progress: (progress) => tell({ type: 'progress', progress }),
      muster,
      write: (name, text) => (this.#file = { name, text }),
      demos: () => demos,
      version: () => version,
      person: undefined,
    };
  }

  /** What the line that is run wants to be written. */
  #file: Entry['file'];

  async #line(session: Session, line: string): Promise<void> {
    const { tell } = this.#options;
    this.#file = undefined;
    const before = session.outcome;
    const answer = await execute(session, line, this.#stop.signal);
    if (answer.type === 'nothing') return;
    const entry = entryOf(line, answer, LOOKS);
    tell({ type: 'entry', entry: this.#file === undefined ? entry : { ...entry, file: this.#file } });
    tell(campNews(session, before));
  }

  /** Plays the session once more up to its last order, whose sender then says something else, as a traitor does. */
  async #fork(session: Session, change: Change): Promise<void> {
    const lines = forkLines(session, change);
    const { count, seed, protocol } = session.journal;
    const { session: fork } = await this.#played({ count, seed, protocol, lines });
    const order = orderIn(fork, LOOKS);
    const before = orderIn(session, LOOKS);
    await fork.army.disband();
    if (order === undefined || before === undefined || !isForkOf(before, order, change)) throw new UserError(`that message of G${change.from} cannot be changed: what it said in this order cannot be told word by word`);
    this.#options.tell({ type: 'fork', change, lines, order });
  }

  async #odds(session: Session, strategy: string, orders: number): Promise<void> {
    if (!Number.isSafeInteger(orders) || orders < 1 || orders > ORDERS_MAX) throw new UserError(`a number of orders is a whole number from 1 to ${ORDERS_MAX}`);
    const refusal = session.army.protocol.refuses(session.army.members().length, session.army.m);
    if (refusal !== undefined) throw new UserError(refusal);
    const { signal } = this.#stop;
    const counting = oddsOf(session.army, strategy, orders);
    for (let step = counting.next(); ; step = counting.next()) {
      this.#options.tell({ type: 'odds', odds: signal.aborted ? { ...step.value, isOver: true } : step.value });
      if (step.done === true || signal.aborted) return;
      await this.#options.pause();
    }
  }
}

/** More orders a row take minutes in a page. */
const ORDERS_MAX = 1_000_000;

const muster: Session['muster'] = (count, options) => Army.muster(count, { ...options, host: 'sim' });

/**
 * The lines of a session whose last order has one message changed: its sender is a traitor then, and is told word by word what it said,
 * but for this one.
 * @throws UserError where that cannot be told
 */
export function forkLines({ army, outcome, journal }: Session, { round, from, to, index, word }: Change): string[] {
  if (outcome === undefined) throw new UserError('no order was given yet');
  const protocol = protocolNamed(outcome.protocol)!;
  const member = outcome.roster.find(({ id }) => id === from);
  const said = member === undefined ? undefined : saidBy(outcome, protocol, nodeId(from), army.signerOf(outcome, nodeId(from)));
  const places = (said ?? []).flatMap((one, place) => (one.round === round && one.to === to ? one.texts.map(() => place) : []));
  const place = places[index];
  if (said === undefined || place === undefined) throw new UserError(`that message of G${from} cannot be changed: what it said in this order cannot be told word by word`);
  const at = journal.lines.findLastIndex((line) => line.startsWith('actual-order '));
  const before = journal.lines.slice(0, at);
  const since = before.findLastIndex((line) => line.startsWith('actual-order ')) + 1;
  const kept = before.filter((line, number) => number < since || !line.startsWith(`choose ${from} `));
  const words = said.map((one, number) => (number === place ? word : one.word));
  return [...kept, ...(member!.state.type === 'loyal' ? [`g-state ${from} faulty`] : []), `choose ${from} ${words.join(' ')}`, `actual-order ${outcome.order} anyway`];
}

/** Whether nothing before the change differs, and nothing else in its round: else the words do not say what was said. */
function isForkOf(before: OrderView, after: OrderView, { round, from, to }: Change): boolean {
  const told = ({ trace }: OrderView): string[] => arrowsOf(trace).filter((one) => one.round < round || (one.round === round && (one.from !== from || one.to !== to))).map((one) => `${one.round} ${one.from} ${one.to} ${one.text}`);
  const [one, other] = [told(before), told(after)];
  return one.length === other.length && one.every((text, place) => text === other[place]);
}
