import { nodeId, type NodeId } from '../core/node.ts';
import { symbolicSigner } from '../core/signer.ts';
import { oral } from '../generals/protocols/oral.ts';
import { numberOf } from '../generals/protocols/oral-paths.ts';
import { contextOf, type Context, type RoundsProtocol } from '../generals/protocol.ts';
import type { Address } from './address.ts';
import { DEFAULT_WORD } from './messages.ts';
import { WORD_VALUES, valueOf, type Spoken } from './values.ts';

/** By whom a word came: who began first, who said it last. */
export type Way = readonly Address[];

/** What a peer that is told heard in one consensus, or in a part of one. */
export interface Tree {
  /** Whose word it is about. */
  readonly commander: Address;
  /** All others. */
  readonly lieutenants: readonly Address[];
  /** Which of these heard it. */
  readonly self: Address;
  readonly m: number;
  /** What was heard on a way that begins with the commander; undefined if that is nothing. */
  readonly heard: (way: Way) => string | undefined;
}

/** OM(m) of the laboratory, whose messages are words here. */
type OralOfWords = RoundsProtocol<{ readonly input: never; readonly message: Spoken; readonly output: never; readonly record: never }, unknown>;

/**
 * What is made of all that was heard: `oral` decides it, the code that runs among generals, to which each level of the tree is
 * brought as the inbox of a round.
 */
export function decide({ commander, lieutenants, self, m, heard }: Tree): string {
  const members = [commander, ...lieutenants];
  const idOf = new Map(members.map((address, place) => [address, nodeId(place + 1)]));
  const own = idOf.get(self)!;
  const context: Context = { ...contextOf({ members: [...idOf.values()], commander: nodeId(1), m, number: 1 }, own, symbolicSigner(own)), values: WORD_VALUES };
  // Which messages it takes the algebra of the context says.
  const protocol = oral as object as OralOfWords;
  const state = protocol.begin(context);
  let ways: readonly Way[] = [[commander]];
  for (let round = 2; ; round += 1) {
    const said = new Map<NodeId, Spoken[]>();
    for (const way of ways) {
      const word = heard(way);
      if (word === undefined) continue;
      const from = idOf.get(way.at(-1)!)!;
      const spoken = { path: numberOf(context, way.map((address) => idOf.get(address)!)), word: valueOf(word) };
      said.set(from, [...(said.get(from) ?? []), spoken]);
    }
    const inbox = [...said].toSorted(([a], [b]) => a - b).map(([from, messages]) => ({ from, messages }));
    const output = protocol.step(context, state, { type: 'round', round, inbox }).find(({ type }) => type === 'output');
    if (output?.type === 'output') return String(output.output);
    ways = longerWays(ways, lieutenants, self);
  }
}

/** Each of these with one more peer, who is not on it and is not the one that hears. */
export const longerWays = (ways: readonly Way[], lieutenants: readonly Address[], self: Address): readonly Way[] =>
  ways.flatMap((way) => lieutenants.filter((peer) => peer !== self && !way.includes(peer)).map((peer) => [...way, peer]));

/** How many ways there are from one of that length on, itself among them: what must have been heard before anything is made of it. */
export function waysFrom(length: number, n: number, m: number): number {
  let [level, sum] = [1, 1];
  // Neither the commander nor who hears it makes a way longer.
  for (let long = length; long <= m && n - long - 1 > 0; long += 1) {
    level *= n - long - 1;
    sum += level;
  }
  return sum;
}

/** (n − 1) + (n − 1)(n − 2) + …, m + 1 terms: how often somebody is asked in a consensus, and answers. */
export const questionsIn = (n: number, m: number): number => {
  let [level, sum] = [1, 0];
  for (let length = 1; length <= m + 1 && length < n; length += 1) {
    level *= n - length;
    sum += level;
  }
  return sum;
};

/** The tree of what was heard for people, a way a line, each under the one that it makes longer. @param nameOf how a peer is called */
export function treeLines(tree: Tree, nameOf: (peer: Address) => string, remark: (way: Way) => string): string[] {
  const { commander, lieutenants, self, m, heard } = tree;
  const lines: string[] = [];
  const tell = (way: Way, rest: readonly Address[]): void => {
    const word = heard(way);
    const isLeaf = way.length > m;
    const made = isLeaf ? '' : `, majority ${JSON.stringify(decide({ commander: way.at(-1)!, lieutenants: rest, self, m: m + 1 - way.length, heard: (longer) => heard([...way.slice(0, -1), ...longer]) }))}`;
    lines.push(`${'  '.repeat(way.length - 1)}${way.map(nameOf).join('→')}: ${word === undefined ? `nothing, so ${JSON.stringify(DEFAULT_WORD)}` : JSON.stringify(word)}${remark(way)}${made}`);
    if (isLeaf) return;
    for (const peer of rest) if (peer !== self) tell([...way, peer], rest.filter((one) => one !== peer));
  };
  tell([commander], lieutenants);
  return lines;
}

