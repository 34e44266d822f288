/** What code that was brought is doing at the moment: who ends it by force has to say of whom, and where. */
import { CodeFault } from '../../core/code-fault.ts';
import type { Ends } from '../../runtime/brought-code.ts';

/** Where it does something that is no general's and no node's. */
export const NOBODY = -1;

/** Where nodes know no rounds. */
const NO_ROUNDS = -1;

const now = { of: '', key: '', round: 0, at: NOBODY };

/** From now on it is there. @param at which general does it */
export function enter(of: string, key: string, round: number, at: number): void {
  now.of = of;
  now.key = key;
  now.round = round;
  now.at = at;
}

/** The same of a system. @param at which node does it */
export const enterNode = (of: string, key: string, at: number): void => enter(of, key, NO_ROUNDS, at);

/** What becomes of work with what runs now, if that has so many milliseconds. */
export const endsAfter = (milliseconds: number): Ends => ({
  late: () => stopped(`did not come back from ${now.key === '' ? 'a call' : now.key}`, `it was waited for ${milliseconds / 1000} s`),
  left: () => lastOwner(),
  greedy: (gigabytes) => stopped(`was in ${now.key === '' ? 'a call' : now.key}`, `the program had taken ${gigabytes} GB of memory by then`),
});

/** Whose code ran last, for who finds that it left something behind. */
const lastOwner = (): string => (now.of === '' ? 'the code that was brought' : now.of);

function stopped(did: string, why: string): CodeFault {
  const { round, at } = now;
  const who = round === NO_ROUNDS ? `node ${at}` : `G${at}`;
  return new CodeFault(lastOwner(), { did, when: round > 0 ? `in round ${round}` : undefined, at: at === NOBODY ? undefined : who, why });
}

/** Threads with such code were ended for their memory. @param bytes what they may take */
export const greedyThreads = (bytes: number): CodeFault => new CodeFault('the code that was brought', { did: `took more than ${Math.floor(bytes / 2 ** 20)} MB of memory in a thread` });
