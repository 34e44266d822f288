import type { NodeId } from '../../core/node.ts';
import type { Cut, Flight, NodeState, Watched } from './watched.ts';

/** What a node is at some time. */
export function stateAt({ lives }: Watched, id: NodeId, at: number): NodeState {
  let state: NodeState = 'up';
  for (const [from, next] of lives.get(id) ?? []) {
    if (from > at) break;
    state = next;
  }
  return state;
}

/** The messages that are under way: sent by then, and not yet there. */
export function flightsAt({ flights }: Watched, at: number): Flight[] {
  const found: Flight[] = [];
  const over = endsOf(flights);
  for (let index = firstOf(over, (end) => end > at); index < flights.length; index += 1) {
    const flight = flights[index]!;
    if (flight.at > at) break;
    if (at < flight.until) found.push(flight);
  }
  return found;
}

const ends = new WeakMap<readonly Flight[], readonly number[]>();

/** For each message when it and all before it are over: among hundreds of thousands most need no look. */
function endsOf(flights: readonly Flight[]): readonly number[] {
  let known = ends.get(flights);
  if (known === undefined) {
    let last = -Infinity;
    ends.set(flights, (known = flights.map(({ until }) => (last = Math.max(last, until)))));
  }
  return known;
}

export const cutsAt = ({ cuts }: Watched, at: number): Cut[] => cuts.filter(({ from, until }) => at >= from && at < until);

/** How much of its way a message has gone. What is lost ends half-way, and what nothing is told of as well. */
export function wayOf({ at: sent, until, fate }: Flight, at: number): number {
  const share = (at - sent) / Math.max(1, until - sent);
  return fate === 'arrives' ? share : Math.min(0.5, share);
}

/** Whether it is at the place where it was lost. */
export const isGone = (flight: Flight, at: number): boolean => flight.fate === 'lost' && wayOf(flight, at) >= 0.5;

/** The next time after this one, or before. */
export const nextIn = (times: readonly number[], at: number, by: 1 | -1): number | undefined =>
  by === 1 ? times[firstOf(times, (time) => time > at)] : times[firstOf(times, (time) => time >= at) - 1];

/** The place of the first of ascending times that is such; behind all if none is. */
function firstOf(times: readonly number[], isSuch: (time: number) => boolean): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSuch(times[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Quiet stretches are longer than that many typical messages; they are played as if they were that long. */
const QUIET = 4;

/** How long the whole takes to watch, in ms of virtual time without what is quiet. */
export function lengthOf({ steps, typical, end }: Watched): number {
  let [length, before] = [0, 0];
  for (const time of [...steps, end]) {
    length += Math.min(time - before, QUIET * typical);
    before = time;
  }
  return length;
}

/** The time after so much has been watched from that time on: what is quiet goes by faster. */
export function later({ steps, typical, end }: Watched, from: number, watched: number): number {
  let [at, left] = [from, watched];
  while (left > 0 && at < end) {
    const next = nextIn(steps, at, 1) ?? end;
    const before = nextIn(steps, at, -1) ?? 0;
    const pace = Math.max(1, (next - Math.min(before, at)) / (QUIET * typical));
    const most = (next - at) / pace;
    if (most > left) return at + left * pace;
    left -= most;
    at = next;
  }
  return Math.min(at, end);
}
