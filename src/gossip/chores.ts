import { draw } from './draw.ts';
import type { PeerTurn } from './peer-state.ts';

/** Something that a peer does again and again. */
export interface Chore {
  readonly name: string;
  /** Milliseconds from one time to the next. */
  period(turn: PeerTurn): number;
  do(turn: PeerTurn): void;
}

/**
 * All chores share one timer, as a timer costs more than what most of them do. Each peer has its own moment for them, so that peers do not
 * all act at once; its own chores are apart by whole periods of the first, which comes most often, so that they mostly fall together.
 */
export function beginChores(turn: PeerTurn, chores: readonly Chore[]): void {
  const { state } = turn;
  const [first] = chores;
  const unit = first!.period(turn);
  const moment = draw(turn, first!.name, unit);
  state.chores = chores.map((chore) => unit * (1 + draw(turn, chore.name, Math.ceil(chore.period(turn) / unit))) + moment);
  waitForNext(turn);
}

export function doChores(turn: PeerTurn, chores: readonly Chore[]): void {
  const { state } = turn;
  const due = state.chores;
  const waited = state.choresWait;
  for (let i = 0; i < due.length; i += 1) {
    due[i]! -= waited;
    if (due[i]! > 0) continue;
    chores[i]!.do(turn);
    due[i]! += chores[i]!.period(turn);
  }
  waitForNext(turn);
}

function waitForNext({ state, effects }: PeerTurn): void {
  let next = Infinity;
  for (let i = 0; i < state.chores.length; i += 1) next = Math.min(next, state.chores[i]!);
  state.choresWait = Math.max(1, next);
  effects.push({ type: 'set-timer', timer: 'chores', after: state.choresWait });
}
