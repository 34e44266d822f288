import { seededAt } from '../../core/choice.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { addressOf, type Address } from '../address.ts';
import { SETTINGS, type WordsContext, type WordsSettings } from '../context.ts';

/** Where peer `id` of a simulation is: each on a host of its own. */
export const addressAt = (id: NodeId): Address => addressOf(`10.0.${id >> 8}.${id & 255}`, 6000)!;

/** Whose address that is. */
export function nodeAt(address: Address): NodeId {
  const [, , high, low] = address.slice(0, address.indexOf(':')).split('.').map(Number);
  return nodeId(high! * 256 + low!);
}

export interface Group {
  readonly n: number;
  readonly seed: number;
  readonly settings?: Partial<WordsSettings>;
  /** By how many seconds a peer’s clock is wrong. */
  readonly wrong: (id: NodeId) => number;
  /** Virtual time, in ms. */
  readonly now: () => number;
}

/** What a peer of a group is told of itself. All know of the first. */
export function contextOf({ n, seed, settings, wrong, now }: Group, id: NodeId): WordsContext {
  let ids = 0;
  return {
    self: id,
    members: Array.from({ length: n }, (_, other) => nodeId(other)),
    signer: symbolicSigner(id),
    settings: { ...SETTINGS, ...settings },
    choose: seededAt(seed, id),
    address: addressAt(id),
    name: `peer ${id}`,
    joins: Array.from({ length: n }, (_, other) => addressAt(nodeId(other))).filter((address) => address !== addressAt(id)),
    nodeOf: nodeAt,
    addressOf: addressAt,
    freshId() {
      ids += 1;
      return `id-${id}.${ids}`;
    },
    unixTime: () => EPOCH + wrong(id) + now() / 1000,
  };
}

/** Some day, in seconds since 1970. */
const EPOCH = 1_800_000_000;
