import { quoted } from '../../core/user-error.ts';
import { CodeFault } from '../../core/code-fault.ts';
import { importAt, isWithin, placeIn, within } from '../../runtime/brought-code.ts';
import { patience } from '../../runtime/patience.ts';
import { limitBy } from '../limit.ts';
import { admit } from './admit.ts';
import type { Limits } from './calls.ts';
import { textOf } from './deed.ts';
import { endsAfter } from './doing.ts';
import type { Kind } from './shape.ts';

/** A protocol or a strategy that somebody brought. Plain data: threads are told so of it. */
export interface Brought {
  readonly kind: Kind;
  /** A module of JavaScript, whose default export it is, or the one that is called as its kind is. */
  readonly url: string;
}

const taken: Brought[] = [];

/** All that was taken here, for threads to take as well. */
export const broughtHere = (): readonly Brought[] => taken;

/**
 * Takes a protocol or a strategy: from now on it is found by its name as ours are.
 * @throws UserError in one line, if it is none, or has a name that there is already @throws CodeFault if it throws
 */
export const take = (one: Brought): Promise<string> => taking(one, { isWithin, limited });

/** Takes all that was taken elsewhere, in a thread that does orders or tasks: it is ended by who waits for it. */
export async function takeAll(those: readonly Brought[]): Promise<void> {
  for (const one of those) await taking(one);
}

const limited = <T>(work: () => T): T => within(patience(), work, endsAfter(patience()));

/** @param limits ends what does not come back, where nobody else does so */
async function taking({ kind, url }: Brought, limits?: Limits): Promise<string> {
  const given = await exported(kind, url);
  if (limits !== undefined) limitBy({ ...limits, now: () => performance.now() });
  const name = admit(kind, given, (error) => placeIn(error, url), limited, limits);
  taken.push({ kind, url });
  return name;
}

async function exported(kind: Kind, url: string): Promise<unknown> {
  try {
    const module = await importAt(url);
    return module[kind] ?? module['default'];
  } catch (error) {
    const place = placeIn(error, url);
    throw new CodeFault('its code', { did: `threw ${quoted(textOf(error), 200)}`, when: 'when it was loaded', place });
  }
}
