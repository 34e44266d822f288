import { counted, figure } from '../../core/figures.ts';
import type { Sentence } from '../chart.ts';

/** Some words behind the time that they are about. */
export const atTime = (at: number, words: string): string => `${String(at).padStart(6)} ms  ${words}`;

/** What came of a run. */
export interface Judgement {
  readonly verdict: 'holds' | 'violated' | 'unknown';
  /** What was to hold, at the beginning of a sentence. */
  readonly promises: string;
  /** How far it came. */
  readonly progress: string;
  /** What went wrong, if anything did. */
  readonly witness?: string | undefined;
  /** Why it is not known whether all holds. */
  readonly reason?: string | undefined;
  readonly events: number;
  /** In ms. */
  readonly time: number;
  /** Whether that is by a real clock, and not by a virtual one. */
  readonly isReal?: boolean | undefined;
}

export function sentenceOf({ verdict, promises, progress, witness, reason, events, time, isReal = false }: Judgement): Sentence {
  switch (verdict) {
    case 'holds':
      return { text: `${promises} held: ${progress}, ${counted(events, 'event')} in ${figure(time)} ms of ${isReal ? 'real' : 'virtual'} time.`, isBad: false };
    case 'violated':
      return { text: `Violated: ${witness!}.`, isBad: true };
    case 'unknown':
      return { text: `Unknown: ${reason!}.`, isBad: false };
    default:
      return verdict satisfies never;
  }
}
