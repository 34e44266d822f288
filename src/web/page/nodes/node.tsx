import type { JSX } from 'preact';
import type { NodeId } from '../../../core/node.ts';
import { decidedAt } from '../../nodes/agreement.ts';
import { stateAt } from '../../nodes/moment.ts';
import { latelyOf } from '../../nodes/telling.ts';
import type { Watched } from '../../nodes/watched.ts';
import { Tree } from '../general.tsx';
import { show } from './deeds.ts';
import { STATES } from './ring.tsx';
import { msText } from './track.tsx';

/** More lines than these nobody reads beside a picture. */
const LINES_MAX = 14;

/** What one node is, what it has decided, and what it did and heard lately. */
export function NodePanel({ watched, id, at }: { readonly watched: Watched; readonly id: NodeId; readonly at: number }): JSX.Element {
  const kind = watched.run.head.traitors.find((one) => one.id === id)?.kind;
  const decided = watched.special?.type === 'agreement' ? decidedAt(watched.special, at).get(id) : undefined;
  return (
    <section class="panel" aria-label={watched.longName(id)} data-panel="node">
      <h2>
        {watched.shortName(id)}{' '}
        <small>
          {STATES[stateAt(watched, id, at)]}
          {kind === undefined ? '' : `, Byzantine (${kind})`}
        </small>
      </h2>
      {decided !== undefined && (
        <p class="decision">
          {decided.words}
          {decided.count > 1 ? `; ${decided.count} values in all` : ''}
        </p>
      )}
      <Lately watched={watched} id={id} at={at} />
    </section>
  );
}

/** What happened lately, the latest first, each with the time to go to. */
export function Lately({
  watched,
  id,
  at,
}: {
  readonly watched: Watched;
  readonly id: NodeId | undefined;
  readonly at: number;
}): JSX.Element {
  const lines = latelyOf(watched, id, at, id === undefined ? 8 : LINES_MAX);
  const subject = id === undefined ? '' : `${watched.longName(id)} `;
  if (lines.length === 0) return <p class="hint">Nothing yet.</p>;
  return (
    <ol class="lately" data-panel="lately">
      {lines.map(({ at: time, text, why }, index) => (
        <li key={`${time} ${lines.length - index}`} class={time === Math.floor(at) ? 'now' : ''}>
          <button type="button" class="plain" onClick={() => show({ at: time, isPlaying: false })} aria-label={`Go to ${msText(time)}`}>
            {msText(time)}
          </button>{' '}
          {text.startsWith(subject) ? text.slice(subject.length) : text}
          {why !== undefined && (
            <details data-panel="why">
              <summary>Why?</summary>
              <Tree lines={why} />
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}
