import type { Address } from '../address.ts';
import { shuffled } from '../draw.ts';
import type { Detector } from './detector.ts';
import { say, type Link } from '../links.ts';
import type { PeerTurn } from '../peer-state.ts';
import { statementsOf } from '../roster.ts';
import { suspect } from '../suspicion.ts';
import { lose } from '../unreachable.ts';

/**
 * SWIM (Das, Gupta and Motivala 2002, §3 and 4) with Lifeguard (Dadgar, Phillips and Currey 2017). A neighbour that was not heard for some
 * periods is pinged: of two neighbours the one that is first spares the other its ping. If it does not answer in time, some others are
 * asked to look; if nobody had an answer by twice that time, it is suspected. Who hears neither the neighbour nor those who were asked to
 * look may be ill himself, and gives all more time.
 */
export const swim: Detector = {
  name: 'swim',
  summary: 'pings a neighbour that was silent for 5 s, and asks others to look before it suspects it',
  period: ({ context }) => context.settings.probeEvery,
  tick(turn) {
    const { state } = turn;
    if (state.ticks < state.nextLook) return;
    state.nextLook = state.ticks + SILENT;
    let isAnySilent = false;
    for (const link of state.linked) {
      const overdueAt = link.heardAt + SILENT;
      if (overdueAt <= state.ticks) probe(turn, link);
      isAnySilent ||= overdueAt <= state.ticks;
      state.nextLook = Math.max(state.ticks + 1, Math.min(state.nextLook, overdueAt));
    }
    // Where nobody need be pinged no answer shows that a peer is well again: that it hears all of them does.
    if (!isAnySilent && state.linked.length > 0) state.ill = Math.max(0, state.ill - 1);
  },
  check: (turn, { link }) => probe(turn, link),
  ask(turn, address) {
    const { state, effects } = turn;
    if (state.probes.has(address)) return true;
    state.probed += 1;
    state.probes.set(address, { address, number: state.probed, asked: 0, answers: 0 });
    if (askOthers(turn, address)) effects.push({ type: 'set-timer', timer: `probe ${address}`, after: 2 * patience(turn) });
    else state.probes.delete(address);
    return state.probes.has(address);
  },
  answered(turn, neighbour) {
    const { address } = neighbour;
    const { state } = turn;
    neighbour.missed = 0;
    if (!state.probes.has(address)) {
      // It lives, and is only slow, as over a link that loses much: all have more time.
      state.slowness = Math.min(SLOW_MAX, state.slowness * SLOWER);
      return;
    }
    state.probes.delete(address);
    state.slowness = Math.max(1, state.slowness * QUICKER);
    turn.effects.push({ type: 'cancel-timer', timer: `probe ${address}` });
    turn.state.ill = Math.max(0, turn.state.ill - 1);
  },
  overdue(turn, _what, about) {
    const { state } = turn;
    const address = about as Address;
    const probe = state.probes.get(address);
    if (probe === undefined) return;
    if (probe.asked > 0 || !askOthers(turn, address)) {
      state.probes.delete(address);
      // Nobody whom we asked said anything at all: it may be us.
      if (probe.asked > 0 && probe.answers === 0) state.ill = Math.min(ILL_MAX, state.ill + 1);
      return suspect(turn, address, probe.asked > 0 ? 'neither we nor those whom we asked hear it' : 'we do not hear it, and there is nobody to ask');
    }
    turn.effects.push({ type: 'set-timer', timer: `probe ${address}`, after: 2 * patience(turn) });
  },
  looked(turn, link, number, ok) {
    for (const probe of turn.state.probes.values()) {
      if (probe.number !== number) continue;
      probe.answers += 1;
      if (!ok) return;
      turn.state.probes.delete(probe.address);
      turn.effects.push({ type: 'cancel-timer', timer: `probe ${probe.address}` });
      const neighbour = turn.state.neighbours.get(probe.address);
      if (neighbour !== undefined) neighbour.missed += 1;
      if (turn.state.unreachable.has(probe.address) || neighbour?.missed === turn.context.settings.missesMax) lose(turn, probe.address, link.id);
      return;
    }
  },
};

function probe(turn: PeerTurn, link: Link): void {
  const { state, context, effects } = turn;
  const address = link.address!;
  // One probe of a neighbour at a time, however long it takes.
  if (state.probes.has(address)) return;
  state.probed += 1;
  state.probes.set(address, { address, number: state.probed, asked: 0, answers: 0 });
  say(turn, [link], { type: 'ping', at: context.unixTime() });
  effects.push({ type: 'set-timer', timer: `probe ${address}`, after: patience(turn) });
}

/** For so many periods a neighbour may say nothing before it is pinged: longer than from beat to beat, so that at rest nobody is. */
const SILENT = 5;

const patience = ({ context, state }: PeerTurn): number => Math.round(context.settings.probeTimeout * Math.max(1 + state.ill, state.slowness));

/** How much more patience an answer teaches that comes too late, and how much less one that comes in time: of forty about one may be late. */
const SLOWER = 1.5;
const QUICKER = 0.99;
const SLOW_MAX = 5;

/** How ill a peer can be: its patience is up to so many times more. A probe takes as long then, and there is one of each neighbour at a time. */
const ILL_MAX = 3;

/** @returns whether there is anybody to ask */
function askOthers(turn: PeerTurn, address: Address): boolean {
  const { state, context } = turn;
  const probe = state.probes.get(address)!;
  const others = state.linked.filter((link) => link.isProven && link.address !== address);
  const first = others.find(({ id }) => id === state.unreachable.get(address));
  const rest = shuffled(turn, `look at ${address}`, others).filter((link) => link !== first);
  const asked = [...(first === undefined ? [] : [first]), ...rest].slice(0, context.settings.indirectProbes);
  probe.asked = asked.length;
  // Who knows only a part of a large network may not know whom it is asked about.
  if (state.knowsPart) say(turn, asked, { type: 'statements', statements: statementsOf(state.roster.entries.get(address)!) });
  say(turn, asked, { type: 'probe', number: probe.number, address });
  return asked.length > 0;
}
