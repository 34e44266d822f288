import { dial, hangUp, say, type Link } from './links.ts';
import type { Message } from './messages.ts';
import { isMember, type Look, type PeerTurn } from './peer-state.ts';

/** Looks at a member for another peer that does not hear it: by the link to it, if there is one, else by a new one. */
export function hearProbe(turn: PeerTurn, asker: Link, { number, address }: Message & { type: 'probe' }): void {
  const { state, context, effects } = turn;
  const look: Look = { link: asker.id, number };
  if (!isMember(turn, address) || state.looks.size >= LOOKS_MAX) return answer(turn, look, false);
  const neighbour = state.neighbours.get(address);
  const link = neighbour?.link ?? dial(turn, address, 'look');
  state.looks.set(link.id, [...(state.looks.get(link.id) ?? []), look]);
  if (neighbour !== undefined) say(turn, [link], { type: 'ping', at: context.unixTime() });
  effects.push({ type: 'set-timer', timer: `look ${link.id}`, after: 2 * context.settings.probeTimeout });
}

const LOOKS_MAX = 64;

/** The link of a look shows whether somebody is there. */
export function looked(turn: PeerTurn, link: Link, ok: boolean): void {
  const { state, effects } = turn;
  const looks = state.looks.get(link.id);
  if (looks === undefined) return;
  state.looks.delete(link.id);
  effects.push({ type: 'cancel-timer', timer: `look ${link.id}` });
  for (const look of looks) answer(turn, look, ok);
  if (link.purpose === 'look' && state.links.has(link.id)) hangUp(turn, link);
}

function answer(turn: PeerTurn, { link: id, number }: Look, ok: boolean): void {
  const link = turn.state.links.get(id);
  if (link !== undefined) say(turn, [link], { type: 'probed', number, ok });
}
