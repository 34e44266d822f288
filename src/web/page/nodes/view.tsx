import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { counted } from '../../../core/figures.ts';
import type { NodeId } from '../../../core/node.ts';
import { svgOf } from '../../../trace/svg.ts';
import { flightsAt } from '../../nodes/moment.ts';
import { happeningAt } from '../../nodes/telling.ts';
import type { Watched } from '../../nodes/watched.ts';
import { now, type State } from '../store.ts';
import { run, show, type Runner } from './deeds.ts';
import { Lately, NodePanel } from './node.tsx';
import { PlanPanel } from './plan.tsx';
import { MessageSign, Ring, kindOf } from './ring.tsx';
import { SpecialPanel } from './special.tsx';
import { Track, msText, useNodesClock } from './track.tsx';

/** Runs of nodes on the virtual network: whatever runs there, and what goes wrong. */
export function NodesView({ state, runner }: { readonly state: State; readonly runner: Runner }): JSX.Element {
  const { nodes, speed } = state;
  const { watched, at, who, isPlaying, isBusy, seeded } = nodes;
  useNodesClock(isPlaying, watched);
  useEffect(() => {
    const { watched: before, isBusy: isUnderWay, ...address } = now().nodes;
    if (before === undefined && !isUnderWay) run(runner, address);
  }, []);
  const choose = (id: NodeId): void => show({ who: now().nodes.who === id ? undefined : id });
  const chosen = watched?.nodes.find((id) => id === who);
  return (
    <div class="army nodes">
      <div class="left">
        <PlanPanel shown={nodes} runner={runner} />
      </div>
      <div class="middle">
        {watched === undefined ? (
          <p class="panel waiting" role="status">
            {isBusy ? `${counted(seeded.n, 'node')} run in virtual time …` : 'Nothing has run yet.'}
          </p>
        ) : (
          <>
            <Ring watched={watched} at={at} who={chosen} onWho={choose} />
            <Legend watched={watched} />
            <Track watched={watched} at={at} isPlaying={isPlaying} speed={speed} />
            <p class="sentence" aria-live={isPlaying ? 'off' : 'polite'}>
              <strong>{msText(at)}</strong> <span class="faint">of {msText(watched.end)}</span> {sentenceOf(watched, at)}
            </p>
            <Around watched={watched} at={at} isPlaying={isPlaying} />
          </>
        )}
      </div>
      <div class="right">
        {watched !== undefined && (
          <>
            {chosen !== undefined && <NodePanel watched={watched} id={chosen} at={at} />}
            <SpecialPanel watched={watched} at={at} who={chosen} />
            {chosen === undefined && (
              <section class="panel" aria-label="What happened">
                <h2>What happened</h2>
                <Lately watched={watched} id={undefined} at={at} />
                <p class="hint">Choose a node to see what it did and heard.</p>
              </section>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** How many typical messages before and after the moment are drawn. */
const AROUND = 4;

/** What goes on around the moment, with time running down; not while it plays, as nobody reads it then. */
function Around({ watched, at, isPlaying }: { readonly watched: Watched; readonly at: number; readonly isPlaying: boolean }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [from, to] = [Math.max(0, Math.round(at - AROUND * watched.typical)), Math.round(at + AROUND * watched.typical)];
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
        <img
          class="chart"
          alt="Messages between lifelines, whose time runs down; the list of what happened has them in sentences"
          src={source}
        />
      )}
    </details>
  );
}

/** What the signs of messages mean. */
function Legend({ watched }: { readonly watched: Watched }): JSX.Element {
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
function sentenceOf(watched: Watched, at: number): string {
  const happening = at === Math.round(at) ? happeningAt(watched, at) : [];
  const flights = flightsAt(watched, at).length;
  const underWay = `${flights === 0 ? 'Nothing is' : counted(flights, 'message') + (flights === 1 ? ' is' : ' are')} under way.`;
  if (happening.length === 0) return underWay;
  const [first, second] = happening;
  const rest = happening.length > 2 ? `; and ${happening.length - 2} more` : '';
  return `${first!}${second === undefined ? '' : `; ${second}`}${rest}. ${underWay}`;
}
