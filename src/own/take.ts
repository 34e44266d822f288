import { CodeFault } from '../core/code-fault.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { textOf } from '../generals/brought/deed.ts';
import { endsAfter } from '../generals/brought/doing.ts';
import { limitBy } from '../generals/limit.ts';
import { importAt, isWithin, placeIn, within } from '../runtime/brought-code.ts';
import { patience } from '../runtime/patience.ts';
import { admitSystem, systemIn } from './admit.ts';
import { misshapen } from './shape.ts';

/** Whether a module exports a system, and not a protocol or a strategy. */
export const isSystem = (module: Readonly<Record<string, unknown>>): boolean => module['system'] !== undefined || (typeof module['default'] === 'object' && module['default'] !== null && 'machine' in module['default']);

/** Takes a system: from now on it is found by its name as ours are. @throws UserError in one line, if it is none @throws CodeFault if it throws */
export async function takeSystem(url: string): Promise<string> {
  const placeOf = (error: unknown): string | undefined => placeIn(error, url);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importAt(url);
  } catch (error) {
    throw new CodeFault('its code', { did: `threw ${quoted(textOf(error), 200)}`, when: 'when it was loaded', place: placeOf(error) });
  }
  const given = systemIn(module);
  const problem = misshapen(given);
  if (problem !== undefined) throw new UserError(problem);
  const name = admitSystem(given, placeOf);
  limitBy({ limited: (work) => within(patience(), work, endsAfter(patience())), isWithin, now: () => performance.now() });
  return name;
}
