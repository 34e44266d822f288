import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { flightsAt } from '../../nodes/moment.ts';
import type { Watched } from '../../nodes/watched.ts';
import { show } from '../nodes/deeds.ts';
import { TimeBar, msText } from '../nodes/track.tsx';
import { now } from '../store.ts';
import { liveNow, paceOfLooks, tick } from './store.ts';

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Milliseconds between two pictures in which nothing moves. */
const QUIET = 250;

/** Follows what goes on, as closely as all of it is known. */
export function useFollowing(isFollowing: boolean): void {
  useEffect(() => {
    const clock = setInterval(tick, 1000);
    return () => clearInterval(clock);
  }, []);
  useEffect(() => {
    if (!isFollowing) return undefined;
    let drawn = 0;
    let frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);

    function move(time: number): void {
      frame = requestAnimationFrame(move);
      const { watched, at, isPlaying } = now().nodes;
      if (watched === undefined || !isPlaying) return;
      const next = isStill() ? watched.end : Math.max(at, Math.min(liveNow() - paceOfLooks() - 100, watched.end));
      const isQuiet = isStill() || (flightsAt(watched, next).length === 0 && flightsAt(watched, at).length === 0);
      if (next === at || (isQuiet && time - drawn < QUIET)) return;
      drawn = time;
      show({ at: next });
    }
  }, [isFollowing]);
}

export function follow(): void {
  const { watched } = now().nodes;
  if (watched !== undefined) show({ at: watched.end, isPlaying: true });
}

export const hold = (): void => show({ isPlaying: false });

interface LiveTrackProps {
  readonly watched: Watched;
  readonly at: number;
  readonly isFollowing: boolean;
}

/** Back to what was, and on to what is. */
export const LiveTrack = ({ watched, at, isFollowing }: LiveTrackProps): JSX.Element => (
  <TimeBar watched={watched} at={at} label="Time since it began" text={isFollowing ? 'now' : msText(at)} isLast={isFollowing}>
    <button type="button" class="play" aria-pressed={isFollowing} onClick={() => (isFollowing ? hold() : follow())}>
      {isFollowing ? 'Hold' : 'Live'}
    </button>
    <span class="clock">{isFollowing ? 'now' : agoText(watched.end - at)}</span>
  </TimeBar>
);

/** How long ago something was. */
export function agoText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms ago`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s ago` : `${Math.round(ms / 60_000)} minutes ago`;
}
