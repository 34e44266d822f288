import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { counted } from '../../../core/figures.ts';
import { svgOf } from '../../../trace/svg.ts';
import { flightsAt } from '../../nodes/moment.ts';
import { happeningAt } from '../../nodes/telling.ts';
import type { Watched } from '../../nodes/watched.ts';
import { MessageSign, kindOf } from './ring.tsx';
import { msText } from './track.tsx';

/** How many ms of a moment's before and after are drawn; a few typical messages each if not told. */
interface Span {
  readonly before: number;
  readonly after: number;
}

/** How many typical messages before and after the moment are drawn. */
const AROUND = 4;

/** What goes on around the moment, with time running down; not while it plays, as nobody reads it then. */
export function Around({
  watched,
  at,
  isPlaying,
  span = { before: AROUND * watched.typical, after: AROUND * watched.typical },
}: {
  readonly watched: Watched;
  readonly at: number;
  readonly isPlaying: boolean;
  readonly span?: Span;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [from, to] = [Math.max(0, Math.round(at - span.before)), Math.round(at + span.after)];
  const source = useMemo(
    () =>
      isOpen && !isPlaying ? `data:image/svg+xml,${encodeURIComponent(svgOf([watched.told.shown({ from, to }).chart()]))}` : undefined,
    [watched, isOpen, isPlaying, from, to],
  );
  return (
    <details class="around" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        As a space-time diagram, from {msText(from)} to {msText(to)}
      </summary>
      {source !== undefined && (
        <div class="scroll" tabindex={0}>
          <img
            class="chart"
            alt="Messages between lifelines, whose time runs down; the list of what happened has them in sentences"
            src={source}
          />
        </div>
      )}
    </details>
  );
}

/** What the signs of messages mean. */
export function Legend({ watched }: { readonly watched: Watched }): JSX.Element {
  const { types } = watched;
  return useMemo(
    () => (
      <ul class="kinds" aria-label="Messages">
        {types.slice(0, 6).map((type) => (
          <li key={type}>
            <svg viewBox="-12 -12 24 24" aria-hidden="true">
              <g class={`message ${kindOf(watched, type)}`}>
                <MessageSign kind={kindOf(watched, type)} r={8} />
              </g>
            </svg>{' '}
            {type}
          </li>
        ))}
        {types.length > 6 && (
          <li>
            <svg viewBox="-12 -12 24 24" aria-hidden="true">
              <g class="message kind-other">
                <MessageSign kind="kind-other" r={8} />
              </g>
            </svg>{' '}
            {types.length === 7 ? types[6] : 'others'}
          </li>
        )}
        <li>
          <svg viewBox="-12 -12 24 24" aria-hidden="true">
            <g class="message gone">
              <path class="lost" d="M-7 -7L7 7M-7 7L7 -7" />
            </g>
          </svg>{' '}
          lost
        </li>
      </ul>
    ),
    [types],
  );
}

/** What happens at the moment, in a sentence or two. */
export function sentenceOf(watched: Watched, at: number): string {
  const happening = at === Math.round(at) ? happeningAt(watched, at) : [];
  const flights = flightsAt(watched, at).length;
  const underWay = `${flights === 0 ? 'Nothing is' : counted(flights, 'message') + (flights === 1 ? ' is' : ' are')} under way.`;
  if (happening.length === 0) return underWay;
  const [first, second] = happening;
  const rest = happening.length > 2 ? `; and ${happening.length - 2} more` : '';
  return `${first!}${second === undefined ? '' : `; ${second}`}${rest}. ${underWay}`;
}
