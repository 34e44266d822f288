import type { NodeId } from '../core/node.ts';
import type { Address } from './address.ts';
import { output } from './links.ts';
import { NONE_UNREACHABLE, type PeerTurn } from './peer-state.ts';
import { isAlive } from './roster.ts';

/**
 * A member of whom this peer has no answer, though others have one: the way between both is cut, or one of the two ways. It lives, so it is
 * not suspected for that, as long as somebody who is asked has an answer of it. People are told, and it is looked for again.
 *
 * @param by the link of a neighbour that had one, which is asked first from now on
 */
export function lose(turn: PeerTurn, address: Address, by?: NodeId): void {
  const { state } = turn;
  const { unreachable, roster } = state;
  if (!isAlive(roster.entries.get(address))) return;
  if (!unreachable.has(address)) output(turn, { type: 'unreachable', address });
  state.unreachable = new Map(unreachable).set(address, by ?? unreachable.get(address));
}

/** It is of no account any more that it was not heard. */
export function forget(turn: PeerTurn, address: Address): void {
  const { state } = turn;
  if (!state.unreachable.has(address)) return;
  const rest = new Map(state.unreachable);
  rest.delete(address);
  state.unreachable = rest.size === 0 ? NONE_UNREACHABLE : rest;
  output(turn, { type: 'reachable', address });
}
