import { CodeFault } from '../core/code-fault.ts';
import { brought } from '../generals/brought/bring.ts';
import { take } from '../generals/brought/take.ts';
import { importAt } from '../runtime/brought-code.ts';
import { pathOf, placeOf, type FileName } from '../runtime/compiled.ts';
import { isSystem, takeSystem } from './take.ts';

/** Brings a file with a system of one's own: from then on its name is found as those of ours are. @throws UserError in one line, if it is none */
export const bringSystem = (file: FileName): Promise<string> => brought('system', pathOf(file), takeSystem);

/** Files of which either was to be brought, and which had a system. */
const systems = new Set<string>();

/** Brings a file with a protocol or a system, whichever it is. */
export const bringEither = (file: FileName): Promise<string> =>
  brought('protocol or system', pathOf(file), async (url) => {
    if (!isSystem(await moduleAt(url))) return take({ kind: 'protocol', url });
    systems.add(placeOf(pathOf(file)));
    return takeSystem(url);
  });

/** Which of both a file had that was brought so. */
export const hadSystem = (file: string): boolean => systems.has(placeOf(file));

/** What throws when it is loaded is told by who takes it. */
const moduleAt = (url: string): Promise<Readonly<Record<string, unknown>>> => importAt(url).catch((error: unknown) => {
  if (error instanceof CodeFault) throw error;
  return {};
});
