import type { NodeId } from '../../core/node.ts';
import type { Run } from '../../trace/nodes/run.ts';
import { factIn, isCount, isObject, type Fields } from '../../trace/sound.ts';
import { nodeAt } from './address.ts';
import type { Evidence, Removal } from './evidence.ts';

/** What a gossip network has of its own. */
export interface Gossip {
  readonly type: 'gossip';
  /** Seeds have the first numbers. */
  readonly seeds: number;
  /** What one node has as a link, for how long. */
  readonly links: readonly { readonly of: NodeId; readonly to: NodeId; readonly from: number; until: number }[];
  readonly sayings: readonly Saying[];
  readonly removals: readonly Removal[];
  /** How many different views of who is there loyal peers have, as each last told a neighbour, from when on. */
  readonly views: readonly { readonly at: number; readonly count: number; readonly held?: Held }[];
  /** Of which view each of them told, where that was another than before; undefined of who is gone. Nothing where `views` has who holds which. */
  readonly tellings: readonly { readonly at: number; readonly by: NodeId; readonly checksum: unknown }[];
}

/** Something that was said to all, and when it came to whom, over how many links. */
export interface Saying {
  readonly at: number;
  readonly by: NodeId;
  readonly text: string;
  readonly reached: Map<NodeId, { readonly at: number; readonly hops: number }>;
}

/** Who holds the same view of who is there, for each view; that of most comes first. */
export type Held = readonly (readonly NodeId[])[];

/** What is known of a network that really runs beside what its nodes say: where they are, and how many views there were. */
interface LivePlan {
  readonly addresses?: Readonly<Record<string, NodeId>>;
  readonly views?: Gossip['views'];
}

interface OutputFact {
  readonly at: number;
  readonly node: NodeId;
  readonly output: Handed;
}

interface Handed extends Partial<Pick<Evidence, 'reason' | 'ok' | 'votes' | 'seeds'>> {
  readonly type: string;
  readonly address?: string;
  readonly payload: string;
  readonly hash: string;
  readonly about: string;
  readonly state: string;
  readonly by?: readonly string[];
  readonly seed?: string;
  readonly answered?: boolean;
}

/** Piece by piece: of many peers there is much to be told. */
export function* gossipOf({ head }: Run, facts: readonly Fields[], { plan }: Fields): Generator<void, Gossip> {
  const links: Gossip['links'][number][] = [];
  const open = new Map<string, Gossip['links'][number]>();
  const sayings = new Map<string, Saying>();
  const removals: Removal[] = [];
  const hashes = new Map<unknown, string>();
  const seeds = isObject(plan) && isCount(plan['seeds']) ? Math.min(plan['seeds'], head.members.length) : 0;
  const live = factIn<LivePlan | undefined>(plan) ?? {};
  const nodeOf = live.addresses === undefined ? nodeAt : (address: string): NodeId | undefined => live.addresses![address];
  const counting = new Set(head.members.slice(seeds).filter((id) => head.traitors.every((one) => one.id !== id)));
  /** What is told of who has something from whom, of whom it is not told yet that he has it. */
  const early = new Map<string, { readonly to: NodeId; readonly at: number }[]>();
  const checksums = new Map<NodeId, unknown>();
  const views: Gossip['views'][number][] = [...(live.views ?? [])];
  const tellings: Gossip['tellings'][number][] = [];
  const close = (of: NodeId, to: NodeId | undefined, at: number): void => {
    // Among many most of what is closed is one link.
    const one = to === undefined ? undefined : open.get(`${of} ${to}`);
    const closed = to !== undefined ? (one === undefined ? [] : [one]) : [...open.values()].filter((link) => link.of === of);
    for (const link of closed) {
      link.until = at;
      open.delete(`${of} ${link.to}`);
    }
  };
  const removalOf = (node: NodeId, at: number): Removal => {
    const last = removals.findLast((one) => one.node === node);
    if (last !== undefined && (last.removedAt === undefined || at - last.removedAt < AFTERWARDS)) return last;
    const nothing = { suspects: [], agreedAt: undefined, removedAt: undefined, evidence: [] };
    const removal: Removal = { ...nothing, node, suspectedAt: at, knownTo: new Map() };
    removals.push(removal);
    return removal;
  };
  for (const [place, fact] of facts.entries()) {
    if (place % PIECE === 0) yield;
    switch (fact['type']) {
      case 'sent': {
        const { id, from, message } = factIn<{ readonly id: number; readonly from: NodeId; readonly message: Fields }>(fact);
        if (message['type'] === 'view' && counting.has(from)) told(from, message['checksum'], fact['at'] as number);
        if (message['type'] === 'gossip' && typeof message['hash'] === 'string') hashes.set(id, message['hash']);
        break;
      }
      case 'heard': {
        const { at, id, from, to } = factIn<{ readonly at: number; readonly id: number; readonly from: NodeId; readonly to: NodeId }>(fact);
        const hash = hashes.get(id);
        if (hash !== undefined) reach(hash, from, to, at);
        break;
      }
      case 'fell':
      case 'left':
        close(factIn<{ readonly replica: NodeId }>(fact).replica, undefined, fact['at'] as number);
        told(factIn<{ readonly replica: NodeId }>(fact).replica, undefined, fact['at'] as number);
        break;
      case 'output':
        if (isObject(fact['output'])) output(factIn<OutputFact>(fact));
        break;
      default:
    }
  }
  return { type: 'gossip', seeds, links, sayings: [...sayings.values()], removals, views, tellings };

  /** Something that was said comes from one to another. Processes tell of it in whatever order. */
  function reach(hash: string, from: NodeId, to: NodeId, at: number): void {
    const reached = sayings.get(hash)?.reached;
    const before = reached?.get(from);
    if (reached === undefined || before === undefined) {
      early.set(`${hash} ${from}`, [...(early.get(`${hash} ${from}`) ?? []), { to, at }]);
      return;
    }
    if (reached.has(to)) return;
    reached.set(to, { at, hops: before.hops + 1 });
    goOn(hash, to);
  }

  function goOn(hash: string, from: NodeId): void {
    const waiting = early.get(`${hash} ${from}`);
    early.delete(`${hash} ${from}`);
    for (const { to, at } of waiting ?? []) reach(hash, from, to, at);
  }

  /** A peer tells its view; undefined of who is gone, and has none. */
  function told(by: NodeId, checksum: unknown, at: number): void {
    if (live.views !== undefined || checksums.get(by) === checksum) return;
    tellings.push({ at, by, checksum });
    if (checksum === undefined) checksums.delete(by);
    else checksums.set(by, checksum);
    const count = new Set(checksums.values()).size;
    if (count !== (views.at(-1)?.count ?? 0)) views.push({ at, count });
  }

  function output({ at, node, output: handed }: OutputFact): void {
    const { type, address, payload, hash, about, state } = handed;
    const other = address === undefined ? undefined : nodeOf(address);
    // Of somebody who is not known by name nothing can be drawn.
    if (address !== undefined && other === undefined) return;
    switch (type) {
      case 'linked': {
        const link = { of: node, to: other!, from: at, until: Infinity };
        close(node, link.to, at);
        links.push(link);
        open.set(`${node} ${link.to}`, link);
        return;
      }
      case 'unlinked':
        return close(node, other, at);
      case 'left':
        told(node, undefined, at);
        return close(node, undefined, at);
      case 'generated':
        sayings.set(hash, { at, by: node, text: payload.replace(/^[\d.]+:[\d.]+:/, ''), reached: new Map([[node, { at, hops: 0 }]]) });
        return goOn(hash, node);
      case 'suspecting':
        removalOf(other!, at).suspects.push(node);
        return witness(at, node, other!, handed);
      case 'agreed':
        removalOf(other!, at).agreedAt ??= at;
        return witness(at, node, other!, handed);
      case 'reported':
      case 'inquired':
        return witness(at, node, other!, handed);
      case 'voted':
      case 'decided':
        return about === 'removal' ? witness(at, node, other!, handed) : undefined;
      case 'applied':
        if (about === 'removal') died(node, other!, at);
        return;
      case 'member':
        if (state === 'dead') died(node, other!, at);
        return;
      default:
    }
  }

  function witness(at: number, by: NodeId, about: NodeId, handed: Handed): void {
    const { type, by: agreed, seed, reason = '', ok, answered, votes = 0, seeds: all = 0 } = handed;
    const others = [...(agreed ?? []), ...(seed === undefined ? [] : [seed])].flatMap((one) => nodeOf(one) ?? []);
    const isOk = ok ?? answered ?? false;
    removalOf(about, at).evidence.push({ at, by, type: type as Evidence['type'], others, reason, ok: isOk, votes, seeds: all });
  }

  function died(by: NodeId, node: NodeId, at: number): void {
    // Who comes late learns of old deaths.
    const removal = removals.findLast((one) => one.node === node) ?? removalOf(node, at);
    removal.removedAt ??= at;
    if (!removal.knownTo.has(by)) removal.knownTo.set(by, at);
  }
}

/** Facts from one pause to the next. */
const PIECE = 2000;

/** In ms after a removal: what is said of the node meanwhile is about the same death. */
const AFTERWARDS = 5000;

/** The links of some time: `isHalf` where one of the two has it alone. */
export function linksAt({ links }: Gossip, at: number): { readonly a: NodeId; readonly b: NodeId; readonly isHalf: boolean }[] {
  const pairs = new Map<string, { readonly a: NodeId; readonly b: NodeId; isHalf: boolean }>();
  for (const { of, to, from, until } of links) {
    if (at < from || at >= until) continue;
    const [a, b] = of < to ? [of, to] : [to, of];
    const known = pairs.get(`${a} ${b}`);
    if (known === undefined) pairs.set(`${a} ${b}`, { a, b, isHalf: true });
    else known.isHalf = false;
  }
  return [...pairs.values()];
}

/** The last thing that was said by then, those that peers say by themselves aside if there is any other. */
export function sayingAt({ sayings }: Gossip, at: number): Saying | undefined {
  const said = sayings.filter((one) => one.at <= at);
  return said.findLast(({ text }) => /\D/.test(text)) ?? said.at(-1);
}

/** How many different views there were at some time. */
export const viewsAt = ({ views }: Gossip, at: number): number => views.findLast((one) => one.at <= at)?.count ?? 0;

/** Who held the same view at some time. */
export function heldAt({ views, tellings }: Gossip, at: number): Held {
  const told = views.findLast((one) => one.at <= at)?.held;
  if (told !== undefined) return told;
  const last = new Map<NodeId, unknown>();
  for (const { at: time, by, checksum } of tellings) if (time <= at) last.set(by, checksum);
  const groups = new Map<unknown, NodeId[]>();
  for (const [id, checksum] of last) if (checksum !== undefined) groups.set(checksum, [...(groups.get(checksum) ?? []), id]);
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

/** How many peers something had come to by then over no link, one at most, two at most … */
export function reachAt({ reached }: Saying, at: number): number[] {
  const counts: (number | undefined)[] = [];
  for (const one of reached.values()) if (one.at <= at) counts[one.hops] = (counts[one.hops] ?? 0) + 1;
  let sum = 0;
  return Array.from(counts, (count = 0) => (sum += count));
}

/** How many links something may need to reach all of so many peers. */
export const hopsBound = (peers: number): number => 3 * Math.ceil(Math.log2(Math.max(2, peers)));
