import { CodeFault } from '../../core/code-fault.ts';
import { UserError, quotedPath } from '../../core/user-error.ts';
import { troubleOf } from '../../runtime/brought-code.ts';
import { compiled, pathOf, placeOf, type FileName } from '../../runtime/compiled.ts';
import type { StrategyName } from '../faults/registry.ts';
import type { ProtocolName } from '../protocols/registry.ts';
import type { Kind } from './shape.ts';
import { take } from './take.ts';

/** The names of what was brought, by kind and file: to bring it again is to name it again. */
const names = new Map<string, string>();

/** For how many milliseconds a file is loaded. */
const LOADING_MAX = 5_000;

let last: Promise<unknown> = Promise.resolve();

/** Compiles a file with a protocol or a strategy of somebody's own, and takes it. @returns its name @throws UserError in one line */
export const bring = (kind: Kind, file: string): Promise<string> => brought(kind, file, (url) => take({ kind, url }));

/** The same with anything that there is a way to take. @param kind what it is to be, in words; a file is taken once for each */
export function brought(kind: string, file: string, takeFrom: (url: string) => Promise<string>): Promise<string> {
  const taken = last.then(() => broughtNow(kind, file, takeFrom));
  // One after the other: what compiles is ended when it is done.
  last = taken.catch(() => undefined);
  return taken;
}

async function broughtNow(kind: string, file: string, takeFrom: (url: string) => Promise<string>): Promise<string> {
  const key = `${kind} ${placeOf(file)}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const url = await compiled(file);
  const trouble = await troubleOf(url, LOADING_MAX);
  if (trouble !== undefined) throw new UserError(`${quotedPath(file)} ${trouble}`);
  try {
    const name = await takeFrom(url);
    names.set(key, name);
    return name;
  } catch (error) {
    if (error instanceof UserError || error instanceof CodeFault) throw new UserError(`${quotedPath(file)} is no ${kind}: ${error.message}`);
    throw error;
  }
}

/**
 * Brings a file with a protocol of one's own: from then on its name is taken wherever those of ours are.
 * @throws UserError in one line, if it is none
 */
export const bringProtocol = async (file: FileName): Promise<ProtocolName> => (await bring('protocol', pathOf(file))) as ProtocolName;

/** The same with a way of being a traitor. */
export const bringStrategy = async (file: FileName): Promise<StrategyName> => (await bring('strategy', pathOf(file))) as StrategyName;
