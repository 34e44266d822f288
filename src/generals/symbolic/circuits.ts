/**
 * What a protocol computes, as a circuit: for every loyal lieutenant the word of its decision. A circuit follows its
 * protocol's code, round by round, with a word in the place of each order; a test holds it against that code, order by order.
 *
 * Here are the protocols whose messages carry one order, which has one counterpart, so that a traitor's coin is one bit. The
 * phase king is not among them: its proposals say one of three things, and the coin's one in three is no whole number of bits.
 */
import type { NodeId } from '../../core/node.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { exchange } from '../protocols/exchange.ts';
import { oral } from '../protocols/oral.ts';
import type { Signal } from './words.ts';

/** Who takes part, and what a circuit is made of. */
export interface Instance {
  readonly commander: NodeId;
  readonly lieutenants: readonly NodeId[];
  readonly m: number;
  /** The commander's own order. */
  readonly order: Signal;
  readonly isTraitor: (id: NodeId) => boolean;
  /** What the last general of the path says to another: what it holds to be true, or a coin if it is a traitor. */
  readonly said: (path: readonly NodeId[], to: NodeId, honest: () => Signal) => Signal;
  /** For each of several tallies what strictly more than half of its votes are for, a tie being retreat. */
  readonly majorities: (tallies: readonly (readonly Signal[])[]) => readonly Signal[];
}

/** What each loyal lieutenant decides, in their order. */
export type Circuit = (scene: Instance) => readonly Signal[];

/** The circuits, by their protocol. Each follows its very code: a variant under the same name is another protocol. */
export const CIRCUITS: ReadonlyMap<AnyRoundsProtocol, Circuit> = new Map<AnyRoundsProtocol, Circuit>([
  [exchange, exchangeCircuit],
  [oral, oralCircuit],
]);

/** See `generals/protocols/exchange.ts`: a lieutenant passes on what it heard, and decides for the majority of all that it holds. */
function exchangeCircuit({ commander, lieutenants, order, isTraitor, said, majorities }: Instance): readonly Signal[] {
  const heard = new Map(lieutenants.map((to) => [to, said([commander], to, () => order)]));
  const loyal = lieutenants.filter((id) => !isTraitor(id));
  return majorities(
    loyal.map((self) => lieutenants.map((from) => (from === self ? heard.get(self)! : said([commander, from], self, () => heard.get(from)!)))),
  );
}

/** See `generals/protocols/oral.ts`: what a lieutenant makes of a path is the majority of what it heard on it and what it makes of each longer one. */
function oralCircuit({ commander, lieutenants, m, order, isTraitor, said, majorities }: Instance): readonly Signal[] {
  const loyal = lieutenants.filter((id) => !isTraitor(id));
  const decided = made([commander]);
  return loyal.map((id) => decided.get(id)!);

  /** What each loyal lieutenant that is not on the path makes of it. */
  function made(path: readonly NodeId[]): ReadonlyMap<NodeId, Signal> {
    const makers = loyal.filter((id) => !path.includes(id));
    const own = makers.map((self) => heard(path, self));
    if (path.length === m + 1) return new Map(makers.map((self, index) => [self, own[index]!]));
    const longer = lieutenants.filter((id) => !path.includes(id)).map((id) => ({ id, made: made([...path, id]) }));
    const tallies = makers.map((self, index) => [own[index]!, ...longer.filter(({ id }) => id !== self).map((child) => child.made.get(self)!)]);
    const majority = majorities(tallies);
    return new Map(makers.map((self, index) => [self, majority[index]!]));
  }

  /** What a general heard on a path: the commander said its order, any other what it heard itself. */
  function heard(path: readonly NodeId[], to: NodeId): Signal {
    const speaker = path.at(-1)!;
    return said(path, to, () => (speaker === commander ? order : heard(path.slice(0, -1), speaker)));
  }
}
