import { admit } from '../generals/brought/admit.ts';
import type { Kind as KindOfRounds } from '../generals/brought/shape.ts';
import type { Choice } from './nodes/simulated.ts';

type Kind = KindOfRounds | 'system';

/** What somebody brought to a page. */
interface Own {
  readonly kind: Kind;
  /** The words of a command line that bring it to a prompt. */
  readonly brings: readonly string[];
  readonly exported: Readonly<Record<string, unknown>>;
}

/** Where the script of a page leaves it for its threads, and what may be chosen of it for the page itself. */
const PLACE = 'generalsBrought';
const CHOICES_PLACE = 'generalsSystems';

/** The variable that a module is given to. */
export const MODULE = 'brought';

/** What stands before the script of a page, so that its threads have a file of somebody's own. @param script which gives the module to that variable */
export const bringing = (kind: Kind, file: string, script: string): string =>
  `if (typeof document === 'undefined') (() => { ${script}\n(globalThis.${PLACE} ??= []).push({ kind: '${kind}', brings: ${JSON.stringify([`--${kind}`, file])}, exported: ${MODULE} }); })();\n`;

/** The same of a system, which the page offers as it does ours. */
export const bringingSystem = (choice: Choice, script: string): string =>
  `${bringing('system', choice.word, script)}(globalThis.${CHOICES_PLACE} ??= []).push(${JSON.stringify(choice)});\n`;

/** The systems that were brought to this page. */
export const systemsBrought = (): readonly Choice[] => (globalThis as { readonly [CHOICES_PLACE]?: readonly Choice[] })[CHOICES_PLACE] ?? [];

/** All that was. */
export const brought = (): readonly Own[] => (globalThis as { readonly [PLACE]?: readonly Own[] })[PLACE] ?? [];

/** Takes the protocols and strategies that were brought to this page. @returns the words that bring them to a prompt */
export function takeOwn(): string[] {
  return brought().flatMap(({ kind, exported, brings }) => {
    if (kind === 'system') return [];
    admit(kind, exported[kind] ?? exported['default'], () => undefined, (work) => work());
    return brings;
  });
}
