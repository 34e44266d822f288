import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { OrderView } from '../news.ts';
import { shownOrder } from './shown.ts';
import { endOf, now, set, type State } from './store.ts';

/** Milliseconds that a round takes to watch, at speed 1. */
const ROUND = 1600;

/** Moves time on while it plays. */
export function useClock({ isPlaying }: State): void {
  useEffect(() => {
    if (!isPlaying) return undefined;
    let last: number | undefined;
    let frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);

    function move(time: number): void {
      const { at, speed, isPlaying: goesOn } = now();
      if (!goesOn) return;
      const end = endOf(shownOrder(now()));
      const next = last === undefined ? at : Math.min(end, at + ((time - last) * speed) / ROUND);
      last = time;
      if (next >= end) return set({ at: end, isPlaying: false });
      set({ at: next });
      frame = requestAnimationFrame(move);
    }
  }, [isPlaying]);
}

/** One round on, or back. */
export function step(order: OrderView | undefined, by: 1 | -1): void {
  const { at } = now();
  const next = by === 1 ? Math.floor(at) + 1 : Math.ceil(at) - 1;
  set({ at: Math.max(0, Math.min(endOf(order), next)), isPlaying: false });
}

interface TimeProps {
  readonly order: OrderView | undefined;
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: number;
}

/** Forward and back. */
export function Time({ order, at, isPlaying, speed }: TimeProps): JSX.Element {
  const end = endOf(order);
  const isIdle = order === undefined;
  return (
    <div class="time" role="group" aria-label="Time">
      <button type="button" disabled={isIdle || at <= 0} onClick={() => set({ at: 0, isPlaying: false })} aria-label="To the beginning">
        |◀
      </button>
      <button type="button" disabled={isIdle || at <= 0} onClick={() => step(order, -1)} aria-label="One round back">
        ◀
      </button>
      <button type="button" disabled={isIdle} class="play" onClick={() => set({ isPlaying: !isPlaying, ...(at >= end ? { at: 0 } : {}) })}>
        {isPlaying ? 'Hold' : 'Play'}
      </button>
      <button type="button" disabled={isIdle || at >= end} onClick={() => step(order, 1)} aria-label="One round on">
        ▶
      </button>
      <button type="button" disabled={isIdle || at >= end} onClick={() => set({ at: end, isPlaying: false })} aria-label="To the end">
        ▶|
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(1, end)}
        step={0.01}
        value={at}
        disabled={isIdle}
        aria-label="Round"
        aria-valuetext={at === 0 ? 'before the order' : at >= end ? 'the end' : `round ${Math.ceil(at)}`}
        onInput={(event) => set({ at: Number(event.currentTarget.value), isPlaying: false })}
      />
      <Speed speed={speed} />
    </div>
  );
}

/** How quickly time goes while it plays. */
export const Speed = ({ speed }: { readonly speed: number }): JSX.Element => (
  <select value={String(speed)} aria-label="Speed" onChange={(event) => set({ speed: Number(event.currentTarget.value) })}>
    {['0.25', '0.5', '1', '2', '4'].map((one) => (
      <option key={one} value={one}>
        {one}×
      </option>
    ))}
  </select>
);
