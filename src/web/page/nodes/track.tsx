import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { figure } from '../../../core/figures.ts';
import type { Watched } from '../../nodes/watched.ts';
import { now } from '../store.ts';
import { Speed } from '../time.tsx';
import { goOn, play, show, step } from './deeds.ts';

/** Moves time on while it plays. */
export function useNodesClock(isPlaying: boolean, watched: Watched | undefined): void {
  useEffect(() => {
    if (!isPlaying || watched === undefined) return undefined;
    let last: number | undefined;
    let frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);

    function move(time: number): void {
      if (!now().nodes.isPlaying) return;
      // A page that was out of sight does not make up for it.
      if (last !== undefined) goOn(watched!, Math.min(100, time - last));
      last = time;
      frame = requestAnimationFrame(move);
    }
  }, [isPlaying, watched]);
}

/** A time in virtual ms. */
export const msText = (at: number): string => `${figure(Math.round(at))} ms`;

interface TrackProps {
  readonly watched: Watched;
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: number;
}

/** Forward and back in a run that is over. */
export const Track = ({ watched, at, isPlaying, speed }: TrackProps): JSX.Element => (
  <TimeBar watched={watched} at={at} label="Virtual time" text={msText(at)} isLast={at >= watched.end} hasEnds>
    <button type="button" class="play" onClick={() => play(watched)}>
      {isPlaying ? 'Hold' : 'Play'}
    </button>
    <Speed speed={speed} />
  </TimeBar>
);

interface TimeBarProps {
  readonly watched: Watched;
  readonly at: number;
  /** What time it is of which, and the moment in words. */
  readonly label: string;
  readonly text: string;
  /** Whether nothing comes after that moment. */
  readonly isLast: boolean;
  /** Whether there is a beginning and an end to go to. */
  readonly hasEnds?: boolean;
  /** The button between those back and those on, and what stands behind all. */
  readonly children: readonly [JSX.Element, JSX.Element];
}

/** Forward and back, over a picture of how much is said when. */
export function TimeBar({ watched, at, label, text, isLast, hasEnds = false, children: [main, behind] }: TimeBarProps): JSX.Element {
  const { begin, end } = watched;
  const isFirst = at <= begin;
  const button = (sign: string, name: string, isOff: boolean, go: () => void): JSX.Element => (
    <button type="button" disabled={isOff} onClick={go} aria-label={name}>
      {sign}
    </button>
  );
  const to = (time: number) => (): void => show({ at: time, isPlaying: false });
  return (
    <div class="track" role="group" aria-label="Time">
      <Density watched={watched} at={at} />
      <input
        type="range"
        min={begin}
        max={Math.max(begin + 1, end)}
        step="any"
        value={at}
        aria-label={label}
        aria-valuetext={text}
        onInput={(event) => to(Math.round(Number(event.currentTarget.value)))()}
      />
      <div class="time">
        {hasEnds && button('|◀', 'To the beginning', isFirst, to(begin))}
        {button('◀◀', 'Back to what a node did', isFirst, () => step(watched, -1, true))}
        {button('◀', 'One step back', isFirst, () => step(watched, -1))}
        {main}
        {button('▶', 'One step on', isLast, () => step(watched, 1))}
        {button('▶▶', 'On to what a node does', isLast, () => step(watched, 1, true))}
        {hasEnds && button('▶|', 'To the end', isLast, to(end))}
        {hasEnds && <span class="clock" />}
        {behind}
      </div>
    </div>
  );
}

const [WIDTH, HEIGHT, BINS] = [600, 40, 150];

/** How much is said when; times in which somebody is cut off, and moments in which nodes fall or stop. */
function Density({ watched, at }: { readonly watched: Watched; readonly at: number }): JSX.Element {
  const still = useMemo(() => densityOf(watched), [watched]);
  return (
    <svg class="density" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {still}
      <rect class="past" width={(WIDTH * Math.max(0, at - watched.begin)) / Math.max(1, watched.end - watched.begin)} height={HEIGHT} />
    </svg>
  );
}

function densityOf({ flights, cuts, begin, end, lives, stableFrom }: Watched): JSX.Element {
  const length = Math.max(1, end - begin);
  const x = (time: number): number => (WIDTH * Math.min(length, Math.max(0, time - begin))) / length;
  const bins = Array.from({ length: BINS }, () => 0);
  for (const { at } of flights) bins[Math.max(0, Math.min(BINS - 1, Math.floor((BINS * (at - begin)) / length)))]! += 1;
  const most = Math.max(1, ...bins);
  // By roots: what is rare is seen beside what is frequent.
  const path = bins
    .map((count, bin) =>
      count === 0
        ? ''
        : `M${(WIDTH * bin) / BINS} ${HEIGHT}v${(-(HEIGHT - 10) * Math.sqrt(count / most)).toFixed(1)}h${WIDTH / BINS - 0.6}V${HEIGHT}z`,
    )
    .join('');
  return (
    <g>
      {cuts.map(({ from, until }, index) => (
        <rect key={index} class="cut" x={x(from)} width={Math.max(1, x(until) - x(from))} height={HEIGHT} />
      ))}
      <path class="bars" d={path} />
      {stableFrom !== undefined && stableFrom < end && <path class="stable" d={`M${x(stableFrom)} 0V${HEIGHT}`} />}
      {[...lives].flatMap(([id, turns]) =>
        turns.slice(1).filter(([time]) => time >= begin).map(([time, state]) => <path key={`${id} ${time} ${state}`} class={`turn ${state}`} d={`M${x(time)} 0v8`} />),
      )}
    </g>
  );
}
