/**
 * What code that was brought is doing at the moment: who ends it by force has to say of whom, and where. It is numbers, so that a thread
 * may be seen at it by another.
 */
import { CodeFault, type Fault } from '../../core/code-fault.ts';
import type { Ends } from '../../runtime/brought-code.ts';

/** Where it does something that is no general's and no node's. */
export const NOBODY = -1;

/** Where nodes know no rounds. */
const NO_ROUNDS = -1;

/** The numbers of a thread: whose code it is and what of it, by words; in which round; at whom; how often its work was begun and ended. */
const OF = 0;
const KEY = 1;
const ROUND = 2;
const AT = 3;
const TURNS = 4;
const LENGTH = 5;

/** What numbers stand for. Threads that bring the same begin with the same. */
let words: string[] = [''];

let now: Int32Array = new Int32Array(LENGTH);
now[AT] = NOBODY;

/** The number of a word. */
export function wordOf(text: string): number {
  const known = words.indexOf(text);
  return known >= 0 ? known : words.push(text) - 1;
}

/** From now on it is there. @param of whose code it is @param key what of it, both by `wordOf` @param at which general does it */
export function enter(of: number, key: number, round: number, at: number): void {
  now[OF] = of;
  now[KEY] = key;
  now[ROUND] = round;
  now[AT] = at;
}

/** The same of a system. @param at which node does it */
export const enterNode = (of: number, key: number, at: number): void => enter(of, key, NO_ROUNDS, at);

/** What becomes of work with what runs now, if that has so many milliseconds. */
export const endsAfter = (milliseconds: number): Ends => ({
  late: () => lateIn(now, milliseconds),
  left: () => ownerIn(now),
  greedy: (gigabytes) => stopped(now, `was in ${callIn(now)}`, `the program had taken ${gigabytes} GB of memory by then`),
});

/** Whose code ran last, for who finds that it left something behind. */
const ownerIn = (row: Int32Array): string => words[row[OF]!] || 'the code that was brought';

const callIn = (row: Int32Array): string => words[row[KEY]!] || 'a call';

const lateIn = (row: Int32Array, milliseconds: number): CodeFault =>
  stopped(row, `did not come back from ${callIn(row)}`, `it was waited for ${milliseconds / 1000} s`);

function stopped(row: Int32Array, did: string, why: string): CodeFault {
  const [round, at] = [row[ROUND]!, row[AT]!];
  const who = round === NO_ROUNDS ? `node ${at}` : `G${at}`;
  const fault: Fault = { did, when: round > 0 ? `in round ${round}` : undefined, at: at === NOBODY ? undefined : who, why };
  return new CodeFault(ownerIn(row), fault);
}

/** Threads with such code were ended for their memory. @param bytes what they may take */
export const greedyThreads = (bytes: number): CodeFault => new CodeFault('the code that was brought', { did: `took more than ${Math.floor(bytes / 2 ** 20)} MB of memory in a thread` });

/** What the threads of a pool do, seen by all of them. Plain data: they are given it as they begin. */
export interface Doings {
  readonly words: readonly string[];
  /** How many threads have begun, and a row for each. */
  readonly shared: SharedArrayBuffer;
}

export const doingsOf = (threads: number): Doings => ({
  words,
  shared: new SharedArrayBuffer((1 + threads * LENGTH) * Int32Array.BYTES_PER_ELEMENT),
});

/** The row of a thread. */
const rowIn = (shared: SharedArrayBuffer, place: number): Int32Array =>
  new Int32Array(shared, (1 + place * LENGTH) * Int32Array.BYTES_PER_ELEMENT, LENGTH);

const rowsIn = (shared: SharedArrayBuffer): number => (shared.byteLength / Int32Array.BYTES_PER_ELEMENT - 1) / LENGTH;

/** Has what this thread does seen there from now on. @returns what is to be called as a piece of its work begins, and as that ends */
export function seenIn({ words: known, shared }: Doings): () => void {
  words = [...known];
  // A thread that comes in the place of another has its row.
  const row = rowIn(shared, Atomics.add(new Int32Array(shared, 0, 1), 0, 1) % rowsIn(shared));
  row.fill(0);
  row[AT] = NOBODY;
  now = row;
  return () => void Atomics.add(row, TURNS, 1);
}

/**
 * Looks at what the threads of a pool do, again and again.
 * @param looks so often is one seen at the same piece of its work before that is said to come to no end @param milliseconds how long that takes
 * @returns gives the fault of the first of these
 */
export function lookingAt({ shared }: Doings, looks: number, milliseconds: number): () => CodeFault | undefined {
  const seen = Array.from({ length: rowsIn(shared) }, (_, place) => ({ row: rowIn(shared, place), turns: 0, looks: 0 }));
  return () => {
    for (const one of seen) {
      const turns = Atomics.load(one.row, TURNS);
      // Between two pieces it has all the time that there is.
      one.looks = turns === one.turns && turns % 2 === 1 ? one.looks + 1 : 0;
      one.turns = turns;
      if (one.looks >= looks) return lateIn(one.row, milliseconds);
    }
    return undefined;
  };
}
