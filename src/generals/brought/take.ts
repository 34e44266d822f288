import { UserError, quoted } from '../../core/user-error.ts';
import { CodeFault } from '../../core/code-fault.ts';
import { nodeId } from '../../core/node.ts';
import { importAt, placeIn, within } from '../../runtime/brought-code.ts';
import { registerProtocol, protocolNamed } from '../protocols/registry.ts';
import { registerStrategy, strategyNamed } from '../faults/registry.ts';
import { limitBy } from '../limit.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import type { FaultStrategy } from '../strategy.ts';
import { endsAfter, guardedProtocol, guardedStrategy } from './guard.ts';
import { misshapen, type Kind } from './shape.ts';

/** A protocol or a strategy that somebody brought. Plain data: threads are told so of it. */
export interface Brought {
  readonly kind: Kind;
  /** A module of JavaScript, whose default export it is, or the one that is called as its kind is. */
  readonly url: string;
}

const taken: Brought[] = [];

/** All that was taken here, for threads to take as well. */
export const broughtHere = (): readonly Brought[] => taken;

/** Milliseconds after which a piece of work with code that was brought is ended, where there is no deadline of an order. */
const PATIENCE = 10_000;

/**
 * Takes a protocol or a strategy: from now on it is found by its name as ours are.
 * @throws UserError in one line, if it is none, or has a name that there is already @throws CodeFault if it throws
 */
export async function take({ kind, url }: Brought): Promise<string> {
  const given = await exported(kind, url);
  const problem = misshapen(kind, given);
  if (problem !== undefined) throw new UserError(problem);
  const { name } = given as { readonly name: string };
  if ((kind === 'protocol' ? protocolNamed(name) : strategyNamed(name)) !== undefined) throw new UserError(`there is a ${kind} ${quoted(name)} already: give it another name`);
  limitBy((work) => within(PATIENCE, work, endsAfter(PATIENCE)));
  const placeOf = (error: unknown): string | undefined => placeIn(error, url);
  if (kind === 'strategy') registerStrategy(guardedStrategy(given as FaultStrategy, placeOf));
  else {
    const protocol = guardedProtocol(given as AnyRoundsProtocol, placeOf);
    within(PATIENCE, () => tryFigures(protocol), endsAfter(PATIENCE));
    registerProtocol(protocol);
  }
  taken.push({ kind, url });
  return name;
}

/** Takes all that was taken elsewhere. */
export async function takeAll(those: readonly Brought[]): Promise<void> {
  for (const one of those) await take(one);
}

async function exported(kind: Kind, url: string): Promise<unknown> {
  try {
    const module = await importAt(url);
    return module[kind] ?? module['default'];
  } catch (error) {
    const place = placeIn(error, url);
    throw new CodeFault('its code', { did: `threw ${quoted(error instanceof Error ? error.message : String(error), 200)}`, when: 'when it was loaded', place });
  }
}

/** What it says of itself is asked for outside of any order, too: whoever asks may be sure that there is an answer. */
function tryFigures(protocol: AnyRoundsProtocol): void {
  for (let n = 1; n <= 10; n += 1) {
    const m = protocol.faultsByDefault(n);
    protocol.membersNeeded(m);
    if (protocol.refuses(n, m) !== undefined) continue;
    const setting = { members: Array.from({ length: n }, (_, index) => nodeId(index + 1)), commander: nodeId(1), m };
    protocol.rounds(setting);
    protocol.messages(setting);
  }
}
