import type { NodeId } from '../../core/node.ts';
import { Ledger, type Ask, type Truth } from './ledger.ts';

/** What has one sequence number in the log. */
export interface Entry {
  readonly requests: readonly { readonly body: Ask }[];
}

/** Something that a replica signs once and for all: for this view and sequence number, as far as it has them, no other content. */
export interface SignedStatement {
  readonly type: string;
  readonly view?: number;
  readonly sequence?: number;
  readonly content: string;
}

/**
 * Whether replicas that keep a log are safe, judged as it happens. It is told what clients ask, what loyal ones believe,
 * and what loyal replicas say and do; nothing else that traitors do counts.
 *
 * Agreement   No two execute different things at one sequence number.
 * Validity    What is executed a client has asked, be it by another number, and once, though it had lost its memory of which
 *             numbers it used; and what a client believes is the answer of the log to that very request.
 * Integrity   A replica never contradicts what it signed, not even after a fall, says nothing in a view that it has
 *             left, and accuses no loyal one.
 */
export class LogJudge {
  /** The log as far as it is known without a gap, executed. */
  readonly ledger = new Ledger();
  /** The first offence, in words. */
  violation: string | undefined;
  /** What is at each sequence number, and who executed it there first. */
  readonly #entries: { readonly entry: Entry; readonly first: NodeId }[] = [];
  #replayed = 0;
  readonly #asked = new Set<string>();
  /** By type, view and sequence number, what each replica said. */
  readonly #said = new Map<string, Map<number, Map<number, string[]>>>();
  readonly #left = new Map<NodeId, number>();

  /** How many sequence numbers hold something. */
  get height(): number {
    return Math.max(0, this.#entries.length - 1);
  }

  /** A client asks for something; a loyal one for nothing else under that mark. By which number is its own affair. */
  asked(ask: Omit<Ask, 'timestamp'>): void {
    this.#asked.add(keyOf(ask));
  }

  /** A replica executed something at a sequence number, counted from 1. */
  executed(replica: NodeId, sequence: number, entry: Entry): void {
    const known = this.#entries[sequence];
    if (known?.entry === entry) return;
    if (known === undefined) {
      const invented = entry.requests.find(({ body }) => !this.#asked.has(keyOf(body)));
      if (invented !== undefined) this.violation ??= `replica ${replica} executed ${wordsFor(invented.body)} at sequence number ${sequence}, which that client never asked`;
      this.#entries[sequence] = { entry, first: replica };
      this.#replay();
    } else if (!areSame(known.entry, entry)) {
      this.violation ??= `replica ${replica} executed ${inWords(entry)} at sequence number ${sequence}, where replica ${known.first} executed ${inWords(known.entry)}`;
    }
  }

  /** A client believes an answer. */
  answered(client: NodeId, mark: string, answer: Truth): void {
    const truth = this.ledger.answerTo(client, mark);
    if (truth !== undefined && JSON.stringify(truth) === JSON.stringify(answer)) return;
    const instead = truth === undefined ? 'and nobody executed it' : `and the log says ${JSON.stringify(truth)}`;
    this.violation ??= `client ${client} believes ${JSON.stringify(answer)} for its request ${mark}, ${instead}`;
  }

  /** A replica signed something, and said it. */
  said(replica: NodeId, { type, view, sequence, content }: SignedStatement): void {
    const views = known(this.#said, type, () => new Map<number, Map<number, string[]>>());
    const contents = known(known(views, view ?? -1, () => new Map<number, string[]>()), sequence ?? -1, () => []);
    const before = contents[replica];
    if (before === content) return;
    if (before !== undefined) this.violation ??= `replica ${replica} said two ${type}s${view === undefined ? '' : ` for view ${view}`}${sequence === undefined ? '' : ` at sequence number ${sequence}`}`;
    if (view !== undefined && view < (this.#left.get(replica) ?? 0)) this.violation ??= `replica ${replica} said a ${type} for view ${view}, after it had left that`;
    contents[replica] = content;
  }

  /** A replica will say nothing more in views before that one. */
  left(replica: NodeId, view: number): void {
    this.#left.set(replica, Math.max(view, this.#left.get(replica) ?? 0));
  }

  /** One that is loyal accuses one that is. */
  accused(by: NodeId, suspect: NodeId, evidence: string): void {
    this.violation ??= `node ${by} accuses node ${suspect}, which is as loyal, of ${evidence}`;
  }

  #replay(): void {
    for (let next = this.#entries[this.#replayed + 1]; next !== undefined; next = this.#entries[this.#replayed + 1]) {
      this.#replayed += 1;
      for (const { body } of next.entry.requests) {
        if (this.ledger.execute(body)) this.violation ??= `${wordsFor(body)} was executed before, by another number`;
      }
    }
  }
}

/** What a map has there, made if need be. */
function known<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

const areSame = (a: Entry, b: Entry): boolean =>
  a.requests.length === b.requests.length &&
  a.requests.every(({ body }, index) => {
    const other = b.requests[index]!.body;
    return body.client === other.client && body.timestamp === other.timestamp && body.mark === other.mark && body.key === other.key && body.operation === other.operation;
  });

const keyOf = ({ client, mark, key, operation }: Omit<Ask, 'timestamp'>): string => `${client} ${mark} ${key} ${operation}`;

const inWords = ({ requests }: Entry): string => requests.map(({ body }) => wordsFor(body)).join(' and ') || 'nothing';

const wordsFor = ({ client, timestamp, operation }: Ask): string => `${JSON.stringify(operation)} (request ${timestamp} of client ${client})`;
