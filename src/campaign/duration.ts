import { figure } from '../core/figures.ts';

/** A time in words: `40 s`, `12 min`, `3 h`, `5 days`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${figure(seconds / 86_400)} days`;
}
