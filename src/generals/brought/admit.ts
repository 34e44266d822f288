import { UserError, quoted } from '../../core/user-error.ts';
import { nodeId } from '../../core/node.ts';
import { registerProtocol, protocolNamed } from '../protocols/registry.ts';
import { registerStrategy, strategyNamed } from '../faults/registry.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import type { FaultStrategy } from '../strategy.ts';
import type { Limits, PlaceOf } from './calls.ts';
import { guardedProtocol, guardedStrategy } from './guard.ts';
import { misshapen, type Kind } from './shape.ts';

/**
 * Admits a protocol or a strategy that was brought: from now on it is found by its name as ours are, and held to what ours are held to.
 * @param placeOf tells in which line of it something was thrown
 * @param limited runs it for the first time, and ends it if it does not come back
 * @param limits by which it is ended where whoever calls it does not do so
 * @returns its name @throws UserError in one line, if it is none, or has a name that there is already @throws CodeFault if it throws
 */
export function admit(kind: Kind, given: unknown, placeOf: PlaceOf, limited: (work: () => void) => void, limits?: Limits): string {
  const problem = misshapen(kind, given);
  if (problem !== undefined) throw new UserError(problem);
  const { name } = given as { readonly name: string };
  if ((kind === 'protocol' ? protocolNamed(name) : strategyNamed(name)) !== undefined) throw new UserError(`there is a ${kind} ${quoted(name)} already: give it another name`);
  if (kind === 'strategy') registerStrategy(guardedStrategy(given as FaultStrategy, placeOf, limits));
  else {
    const protocol = guardedProtocol(given as AnyRoundsProtocol, placeOf, limits);
    limited(() => tryFigures(protocol));
    registerProtocol(protocol);
  }
  return name;
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
