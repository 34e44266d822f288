import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { counted } from '../../../core/figures.ts';
import type { NodeId } from '../../../core/node.ts';
import { Still } from '../still.tsx';
import { now, type State } from '../store.ts';
import { run, show } from './deeds.ts';
import { Lately, NodePanel } from './node.tsx';
import { Around, Legend, sentenceOf } from './parts.tsx';
import { PlanPanel } from './plan.tsx';
import { Picture } from './picture.tsx';
import { RING_MAX } from './ring.tsx';
import type { Runner } from './runner.ts';
import { SpecialPanel } from './special.tsx';
import { Track, msText, useNodesClock } from './track.tsx';

/** What is told of many nodes is drawn no more often while it plays, in ms. */
const PANELS = 300;

/** Runs of nodes on the virtual network: whatever runs there, and what goes wrong. */
export function NodesView({ state, runner }: { readonly state: State; readonly runner: Runner }): JSX.Element {
  const { nodes, speed } = state;
  const { watched, at, who, isPlaying, isBusy, seeded, reached } = nodes;
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
            {isBusy ? `${counted(seeded.n, 'node')} run in virtual time${reached === undefined ? '' : `: ${msText(reached)} so far`} …` : 'Nothing has run yet.'}
          </p>
        ) : (
          <>
            <Picture watched={watched} at={at} who={chosen} onWho={choose} />
            <Legend watched={watched} />
            <Track watched={watched} at={at} isPlaying={isPlaying} speed={speed} />
            <p class="sentence" aria-live={isPlaying ? 'off' : 'polite'}>
              <strong>{msText(at)}</strong> <span class="faint">of {msText(watched.end)}</span> {sentenceOf(watched, at)}
            </p>
            <Around watched={watched} at={at} isPlaying={isPlaying} />
          </>
        )}
      </div>
      <Still
        by={[watched, chosen, isPlaying && (watched?.nodes.length ?? 0) > RING_MAX ? Math.floor(performance.now() / PANELS) : at]}
        draw={() => (
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
        )}
      />
    </div>
  );
}
