import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { flightsAt } from '../../nodes/moment.ts';
import type { Watched } from '../../nodes/watched.ts';
import { show, step } from '../nodes/deeds.ts';
import { Density, msText } from '../nodes/track.tsx';
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

/** Back to what was, and on to what is. */
export function LiveTrack({ watched, at, isFollowing }: { readonly watched: Watched; readonly at: number; readonly isFollowing: boolean }): JSX.Element {
  const { begin, end } = watched;
  return (
    <div class="track" role="group" aria-label="Time">
      <Density watched={watched} at={at} />
      <input
        type="range"
        min={begin}
        max={Math.max(begin + 1, end)}
        step="any"
        value={at}
        aria-label="Time since it began"
        aria-valuetext={isFollowing ? 'now' : msText(at)}
        onInput={(event) => show({ at: Math.round(Number(event.currentTarget.value)), isPlaying: false })}
      />
      <div class="time">
        <button type="button" onClick={() => step(watched, -1, true)} aria-label="Back to what a node did">
          ◀◀
        </button>
        <button type="button" onClick={() => step(watched, -1)} aria-label="One step back">
          ◀
        </button>
        <button type="button" class="play" aria-pressed={isFollowing} onClick={() => (isFollowing ? hold() : follow())}>
          {isFollowing ? 'Hold' : 'Live'}
        </button>
        <button type="button" disabled={isFollowing} onClick={() => step(watched, 1)} aria-label="One step on">
          ▶
        </button>
        <button type="button" disabled={isFollowing} onClick={() => step(watched, 1, true)} aria-label="On to what a node does">
          ▶▶
        </button>
        <span class="clock">{isFollowing ? 'now' : agoText(end - at)}</span>
      </div>
    </div>
  );
}

/** How long ago something was. */
export const agoText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms ago` : ms < 120_000 ? `${(ms / 1000).toFixed(1)} s ago` : `${Math.round(ms / 60_000)} minutes ago`);
