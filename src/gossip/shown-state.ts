import type { Seen } from './view.ts';

/** What is shown of a node: how it is, and what others make of it where that is not the same. */
export function shownState(peer: Seen, state: string, isUnreachable = false): string {
  if (peer.status === 'killed' || peer.status === 'lost') return state === 'dead' ? 'dead' : 'killed';
  if (peer.status === 'left' || peer.status === 'leaving') return peer.status;
  if (peer.status === 'stopped') return state === 'dead' ? 'removed' : 'stopped';
  if (state === 'dead') return 'removed';
  if (state === 'suspect') return 'suspect';
  if (isUnreachable) return 'unreachable';
  return peer.isReady ? 'alive' : 'joining';
}

/** How something is to stand out. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'faint' | 'bold';

/** Shape and colour both say what a state is. */
export const MARKS: Readonly<Record<string, string>> = { alive: '●', joining: '○', suspect: '?', unreachable: '◌', stopped: '‖', killed: '✗', dead: '✗', removed: '!', leaving: '→', left: '→' };

const TONES: Readonly<Record<string, Tone>> = { alive: 'good', joining: 'warn', suspect: 'warn', unreachable: 'warn', stopped: 'warn', killed: 'bad', dead: 'bad', removed: 'bad', leaving: 'faint', left: 'faint' };

export const toneOf = (state: string): Tone => TONES[state] ?? 'plain';

const ORDER = ['left', 'alive', 'dead', 'leaving', 'joining', 'unreachable', 'stopped', 'killed', 'suspect', 'removed'];

/** The more, the sooner one wants to see it. */
export const interest = (state: string): number => ORDER.indexOf(state);

/** How many are in each state. */
export function tally(states: readonly string[]): string {
  const counts = ['alive', 'joining', 'suspect', 'unreachable', 'stopped', 'killed', 'removed', 'dead', 'leaving', 'left'].flatMap((state) => {
    const count = states.filter((one) => one === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return counts.join(', ') || 'no peer';
}
