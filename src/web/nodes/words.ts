import type { NodeId } from '../../core/node.ts';
import type { Run } from '../../trace/nodes/run.ts';
import { factIn, isList, type Fields } from '../../trace/sound.ts';
import { addressOf } from '../../words/address.ts';
import { treeLines } from '../../words/tree.ts';
import { FIRST_WORDS } from '../../words/words.ts';
import { nodeAt } from './address.ts';

/** What peers of the word database have of their own. */
export interface Words {
  readonly type: 'words';
  readonly members: readonly NodeId[];
  /** A word of a peer was set, or settled. */
  readonly changes: readonly Change[];
  readonly consensuses: readonly Consensus[];
  /** When a peer began anew: its words are the first ones then. */
  readonly restarts: readonly { readonly at: number; readonly node: NodeId }[];
}

interface Change {
  readonly at: number;
  readonly node: NodeId;
  readonly index: number;
  readonly word: string;
  readonly isSettled: boolean;
  readonly isSure: boolean;
}

/** One consensus, and what its lieutenants heard of it. */
export interface Consensus {
  readonly root: string;
  readonly at: number;
  readonly index: number;
  readonly commander: NodeId;
  readonly lieutenants: readonly NodeId[];
  readonly m: number;
  readonly heard: Heard[];
}

interface Heard {
  readonly at: number;
  readonly to: NodeId;
  readonly way: readonly NodeId[];
  readonly word: string | undefined;
  readonly isMissed: boolean;
}

/** What a peer is given or hands on. */
interface Given {
  readonly type: string;
  readonly index: number;
  readonly word: string;
  readonly outcome?: string;
}

interface Asked {
  readonly root: string;
  readonly om: number;
  readonly index: number;
  readonly value: string | null;
  readonly peers: readonly string[];
  readonly path: readonly string[];
  readonly missed?: boolean;
}

export function wordsOf({ head }: Run, facts: readonly Fields[], { plan }: Fields): Words {
  const { addresses } = factIn<{ readonly addresses?: Readonly<Record<string, NodeId>> } | undefined>(plan) ?? {};
  const nodeOf = addresses === undefined ? namesIn(facts, head.members) : (address: string): NodeId | undefined => addresses[address];
  const changes: Words['changes'][number][] = [];
  const consensuses = new Map<string, Consensus>();
  const asked = new Map<number, Asked>();
  for (const fact of facts) {
    const { at } = factIn<{ readonly at: number }>(fact);
    if (fact['type'] === 'input') {
      const { node, input: { type, index, word } } = factIn<{ readonly node: NodeId; readonly input: Given }>(fact);
      if (type === 'set') changes.push({ at, node, index, word, isSettled: false, isSure: true });
    }
    if (fact['type'] === 'output') {
      const { node, output: { type, index, word, outcome } } = factIn<{ readonly node: NodeId; readonly output: Given }>(fact);
      if (type === 'decided') changes.push({ at, node, index, word, isSettled: true, isSure: outcome === 'holds' });
    }
    if (fact['type'] === 'sent') {
      const { id, message } = factIn<{ readonly id: number; readonly message: Fields }>(fact);
      if (message['type'] !== 'consensus' || typeof message['root'] !== 'string') continue;
      if (!isList(message['path']) || !isList(message['peers'])) continue;
      const one = factIn<Asked>(message);
      asked.set(id, one);
      const [commander, ...lieutenants] = [one.path[0]!, ...one.peers].map(nodeOf);
      // Of whom it is not told who they are there is no tree.
      if (one.path.length > 1 || consensuses.has(one.root)) continue;
      if (commander === undefined || !lieutenants.every((id) => id !== undefined)) continue;
      consensuses.set(one.root, { root: one.root, at, index: one.index, commander, lieutenants, m: one.om, heard: [] });
    }
    if (fact['type'] === 'heard') {
      const { id, to } = factIn<{ readonly id: number; readonly to: NodeId }>(fact);
      const one = asked.get(id);
      const way = one?.path.map(nodeOf) ?? [];
      if (one === undefined || !way.every((id) => id !== undefined)) continue;
      consensuses.get(one.root)?.heard.push({ at, to, way, word: one.value ?? undefined, isMissed: one.missed === true });
    }
  }
  return {
    type: 'words', members: head.members, changes, consensuses: [...consensuses.values()],
    restarts: facts
      .filter((fact) => fact['type'] === 'came-back')
      .map((fact) => factIn<{ readonly at: number; readonly replica: NodeId }>(fact))
      .map(({ at, replica }) => ({ at, node: replica })),
  };
}

/**
 * Whose address that is: who says something in a consensus is the last on its way, and who answers gossip names itself. In simulations all
 * addresses tell it.
 */
function namesIn(facts: readonly Fields[], members: readonly NodeId[]): (address: string) => NodeId | undefined {
  const names = new Map<string, NodeId>();
  for (const fact of facts) {
    if (fact['type'] !== 'sent') continue;
    const { from, message } = factIn<{ readonly from: NodeId; readonly message: Fields }>(fact);
    if (message['type'] === 'consensus' && isList(message['path'])) names.set(String(message['path'].at(-1)), from);
    if (message['type'] === 'gossip-reply') names.set(`${String(message['host'])}:${String(message['port'])}`, from);
  }
  return (address) => names.get(address) ?? (address.startsWith('10.') ? members.find((id) => id === nodeAt(address)) : undefined);
}

export interface Cell {
  readonly word: string;
  readonly since: number;
  readonly sort: 'first' | 'set' | 'settled' | 'unsure';
}

/** The words of each peer at some time. */
export function matrixAt({ members, changes, restarts }: Words, at: number): { readonly id: NodeId; readonly cells: readonly Cell[] }[] {
  return members.map((id) => {
    const begun = restarts.findLast((one) => one.node === id && one.at <= at)?.at ?? 0;
    const cells = FIRST_WORDS.map((word): Cell => ({ word, since: begun, sort: 'first' }));
    for (const { at: since, node, index, word, isSettled, isSure } of changes) {
      if (since > at) break;
      if (node === id && since >= begun) cells[index] = { word, since, sort: isSettled ? (isSure ? 'settled' : 'unsure') : 'set' };
    }
    return { id, cells };
  });
}

/** The last consensus that had begun by then. */
export const consensusAt = ({ consensuses }: Words, at: number): Consensus | undefined =>
  consensuses.findLast((one) => one.at <= at && one.lieutenants.length > 0);

/** What one of those who are asked had heard by then, as a tree of lines. Larger trees than anybody reads are left out. */
export function treeAt(
  { commander, lieutenants, m, heard }: Consensus,
  self: NodeId,
  at: number,
  nameOf: (id: NodeId) => string,
): readonly string[] | undefined {
  if (m > 2 || lieutenants.length > LIEUTENANTS_MAX || !lieutenants.includes(self)) return undefined;
  const words = new Map<string, Heard>();
  for (const one of heard) if (one.to === self && one.at <= at && !words.has(one.way.join(' '))) words.set(one.way.join(' '), one);
  const address = (id: NodeId) => addressOf(`10.0.${id >> 8}.${id & 255}`, 6000)!;
  const of = (way: readonly string[]): Heard | undefined => words.get(way.map(nodeAt).join(' '));
  return treeLines(
    { commander: address(commander), lieutenants: lieutenants.map(address), self: address(self), m, heard: (way) => of(way)?.word },
    (peer) => nameOf(nodeAt(peer)),
    (way) => (of(way)?.isMissed === true ? ' (as nothing came in time)' : ''),
  );
}

const LIEUTENANTS_MAX = 9;

