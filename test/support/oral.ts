import type { RunResult, Report } from '../../src/generals/host.ts';
import type { NodeId } from '../../src/core/node.ts';
import type { Setting } from '../../src/generals/protocol.ts';
import { isOralMessage, pathOf, type OralMessage } from '../../src/generals/protocols/oral-paths.ts';
import type { Trial } from './trials.ts';

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
  const key = JSON.stringify([setting.members, setting.commander, setting.m]);
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

/**
 * A path of m + 1 generals on which no node is common, that is, of no part of which all loyal lieutenants make the same; undefined
 * if there is none. The tree of Bar-Noy, Dolev, Dwork and Strong is worked out anew here, from what the loyal heard.
 */
export function pathWithoutCommonNode(one: Trial, { reports }: RunResult): string | undefined {
  const lieutenants = one.members.filter((id) => id !== one.commander);
  const tree = treeOf(lieutenants.length, one.m);
  const makings = reports.flatMap(({ id, heard, strategy }) => {
    const self = lieutenants.indexOf(id);
    return strategy !== undefined || self < 0 ? [] : [{ self, makes: makesOf(tree, self, ownWords(tree, lieutenants, one.commander, heard)) }];
  });
  const isBad = new Uint8Array(tree.length);
  for (let path = tree.length - 1; path >= 0; path -= 1) {
    const { members, children } = tree[path]!;
    const values = new Set(makings.flatMap(({ self, makes }) => ((members >> self) & 1 ? [] : [makes[path]!])));
    if (values.size > 1 && (children.length === 0 || children.some((child) => isBad[child] === 1))) isBad[path] = 1;
  }
  if (isBad[0] === 0) return undefined;
  let path = 0;
  for (let next: number | undefined = 0; next !== undefined; next = tree[path]!.children.find((child) => isBad[child] === 1)) path = next;
  return pathIn(one, 2 * path).join(' ');
}

/** One path: who is on it, as bits by the lieutenants' indices, who was added last, and by whom it can grow. */
interface Node {
  readonly members: number;
  readonly last: number;
  readonly level: number;
  readonly children: readonly number[];
}

/** All paths, by their numbers. */
function treeOf(lieutenants: number, faults: number): readonly Node[] {
  const key = lieutenants * 64 + faults;
  const known = TREES.get(key);
  if (known !== undefined) return known;
  const nodes: { members: number; last: number; level: number; children: number[] }[] = [{ members: 0, last: -1, level: 1, children: [] }];
  for (let at = 0; at < nodes.length; at += 1) {
    const { members, level, children } = nodes[at]!;
    if (level > faults) continue;
    for (let index = 0; index < lieutenants; index += 1) {
      if ((members >> index) & 1) continue;
      children.push(nodes.length);
      nodes.push({ members: members | (1 << index), last: index, level: level + 1, children: [] });
    }
  }
  TREES.set(key, nodes);
  return nodes;
}

const TREES = new Map<number, readonly Node[]>();

/** What a general heard first on each path, from its last, in its round: 1 for attack, 0 for retreat and for nothing. */
function ownWords(tree: readonly Node[], lieutenants: readonly NodeId[], commander: NodeId, heard: Report['heard']): Uint8Array {
  const words = new Uint8Array(tree.length).fill(2);
  heard.forEach((inbox, index) => {
    for (const { from, messages } of inbox) {
      const sender = from === commander ? -1 : lieutenants.indexOf(from);
      for (const message of messages as OralMessage[]) {
        const node = tree[message >> 1];
        if (node?.level === index + 1 && node.last === sender && words[message >> 1] === 2) words[message >> 1] = message & 1;
      }
    }
  });
  return words.map((word) => (word === 2 ? 0 : word));
}

function makesOf(tree: readonly Node[], self: number, words: Uint8Array): Uint8Array {
  const makes = words;
  for (let path = tree.length - 1; path >= 0; path -= 1) {
    const { members, children } = tree[path]!;
    if (children.length === 0 || (members >> self) & 1) continue;
    let [attack, count] = [words[path]!, 1];
    for (const child of children) {
      if (tree[child]!.last === self) continue;
      attack += makes[child]!;
      count += 1;
    }
    makes[path] = 2 * attack > count ? 1 : 0;
  }
  return makes;
}
