import { admit } from '../generals/brought/admit.ts';
import type { Kind } from '../generals/brought/shape.ts';

/** What somebody brought to a page. */
interface Own {
  readonly kind: Kind;
  /** The words of a command line that bring it to a prompt. */
  readonly brings: readonly string[];
  readonly exported: Readonly<Record<string, unknown>>;
}

/** Where the script of a page leaves it for its thread. */
const PLACE = 'generalsBrought';

/** The variable that a module is given to. */
export const MODULE = 'brought';

/** What stands before the script of a page, so that its thread has a file of somebody's own. @param script which gives the module to that variable */
export const bringing = (kind: Kind, file: string, script: string): string =>
  `if (typeof document === 'undefined') (() => { ${script}\n(globalThis.${PLACE} ??= []).push({ kind: '${kind}', brings: ${JSON.stringify([`--${kind}`, file])}, exported: ${MODULE} }); })();\n`;

/** Takes what was brought to this page. @returns the words that bring it to a prompt */
export function takeOwn(): string[] {
  const brought = (globalThis as { readonly [PLACE]?: readonly Own[] })[PLACE] ?? [];
  for (const { kind, exported } of brought) admit(kind, exported[kind] ?? exported['default'], () => undefined, (work) => work());
  return brought.flatMap(({ brings }) => brings);
}
