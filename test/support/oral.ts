import type { NodeId } from '../../src/core/node.ts';
import type { Setting } from '../../src/core/protocol.ts';
import { isOralMessage, pathOf, type OralMessage } from '../../src/protocols/oral-paths.ts';

/** The message that says this among these generals: `attack 1 3`. Undefined if there is no such path. */
export function oralMessage(setting: Setting, text: string): OralMessage | undefined {
  const [order, ...path] = text.split(' ');
  const number = pathsOf(setting).get(path.join(' '));
  return number === undefined ? undefined : 2 * number + (order === 'attack' ? 1 : 0);
}

/** The generals on a message's path. @throws Error if it has none */
export function pathIn(setting: Setting, message: unknown): NodeId[] {
  const path = isOralMessage(message) ? pathOf(setting, message) : undefined;
  if (path === undefined) throw new Error(`${String(message)} is on no path`);
  return path;
}

/** The numbers of all paths, by their text. */
function pathsOf(setting: Setting): ReadonlyMap<string, number> {
  const key = JSON.stringify([setting.members, setting.commander, setting.faults]);
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  for (let number = 0, path = pathOf(setting, 0); path !== undefined; path = pathOf(setting, 2 * number)) {
    numbers.set(path.join(' '), number);
    number += 1;
  }
  KNOWN.set(key, numbers);
  return numbers;
}

const KNOWN = new Map<string, ReadonlyMap<string, number>>();
