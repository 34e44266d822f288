import { figure } from '../core/figures.ts';
import type { NodeId } from '../core/node.ts';
import { classesOf } from '../generals/check/proven.ts';
import { problemOf } from '../generals/check/request.ts';
import type { AnyRoundsProtocol } from '../generals/protocol.ts';
import { alikeIn } from '../generals/symbolic/alike.ts';
import { everyone } from '../generals/symbolic/instance.ts';

/** A set of traitors, for all that the protocol's code cannot tell from it. */
export interface Kind {
  readonly traitors: readonly NodeId[];
  /** Of all sets of that size. */
  readonly share: number;
}

/** The kinds of sets of f traitors, those with the commander first; or why the code cannot be run on symbols to tell. */
export function kindsOf(protocol: AnyRoundsProtocol, { members, m, faults }: { readonly members: number; readonly m: number; readonly faults: number }): readonly Kind[] | string {
  const army = { protocol, ...everyone(members), m };
  if (protocol.wording === undefined) return `${protocol.name} does not keep to values, so that it cannot be run on symbols`;
  if (protocol.messages(army) > MESSAGES_MAX) return `its order has more than ${figure(MESSAGES_MAX)} messages`;
  const refusal = protocol.refuses(members, m);
  if (refusal !== undefined) return refusal;
  try {
    const groups = alikeIn(army);
    const classes = classesOf(problemOf({ protocol, members, m, faults, faultsMin: faults }), groups);
    const all = classes.reduce((sum, { sets }) => sum + sets, 0n);
    return classes.map(({ traitors, sets }) => ({ traitors, share: ratio(sets, all) }));
  } catch {
    // Code that meets a symbol where it expects an order may throw anything.
    return STUMBLES;
  }
}

/** Why code that says that it keeps to values has neither kernel nor exact values all the same. */
export const STUMBLES = 'its code stumbles over symbols';

/** An army that says more than this is not run on symbols to learn who is alike: it would take longer than to count. */
const MESSAGES_MAX = 20_000;

/** Sets may be more than a floating number counts. */
const ratio = (part: bigint, all: bigint): number => (all < SCALE ? Number(part) / Number(all) : Number((part * SCALE) / all) / Number(SCALE));

const SCALE = 2n ** 52n;
