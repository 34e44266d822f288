import type { JSX } from 'preact';
import type { NodeId } from '../../../core/node.ts';
import { figure } from '../../../core/figures.ts';
import type { Watched } from '../../nodes/watched.ts';
import { Prompt } from '../console.tsx';
import { Frame, Waiting, useKeys, type KeyRow } from '../frame.tsx';
import { press as pressNodes, show } from '../nodes/deeds.ts';
import { Lately, NodePanel } from '../nodes/node.tsx';
import { Around, Legend, sentenceOf } from '../nodes/parts.tsx';
import { Picture } from '../nodes/picture.tsx';
import { Saving } from '../nodes/saving.tsx';
import { SpecialPanel } from '../nodes/special.tsx';
import { Still } from '../still.tsx';
import { now, type State } from '../store.ts';
import { AllPanel, NodeDeeds, clicked } from './deeds.tsx';
import { live as liveState, setLive, type LiveShown } from './store.ts';
import { LiveTrack, follow, hold, useFollowing } from './time.tsx';

const TITLES = { network: 'Network', words: 'Words', cluster: 'Cluster' } as const;

interface LiveProps {
  readonly state: State;
  readonly live: LiveShown;
  readonly run: (line: string) => void;
}

const KEYS: readonly KeyRow[] = [
  ['Space', 'hold, or follow what goes on'],
  ['← →', 'back, or on, to when anything happens'],
  ['Shift ← →', 'to what a node did other than saying and hearing'],
  ['Home End', 'to the first that is kept, or the last'],
  ['0 … 9', 'choose a node'],
  ['Tab, Enter', 'go through nodes and buttons, and choose one'],
  ['/', 'type a line'],
];

/** The whole page beside nodes that really run. */
export function LiveApp({ state, live, run }: LiveProps): JSX.Element {
  const { hello } = live;
  const { watched, isPlaying } = state.nodes;
  useFollowing(isPlaying);
  useKeys(press);
  if (hello === undefined || watched === undefined) return <Waiting state={state} text="The page asks what goes on …" />;
  const below = (
    <Still
      by={[live.spoken, hello]}
      draw={() => (
        <Prompt prompt={hello.prompt} hint={hello.hint} commands={hello.commands} by={live.spoken} run={run}>
          {live.spoken.map(({ text, sort }, index) =>
            sort === 'typed' ? (
              <p key={index} class="typed">
                {hello.prompt} {text}
              </p>
            ) : (
              <pre key={index} class={sort === 'mistake' ? 'wrong' : ''}>
                {text.trimEnd()}
              </pre>
            ),
          )}
        </Prompt>
      )}
    />
  );
  return (
    <Frame state={state} isLive tabs={[{ name: 'live', title: TITLES[hello.system] }]} view="live" keys={KEYS} below={below}>
      <LiveView state={state} live={live} watched={watched} run={run} />
    </Frame>
  );
}

/** @returns whether a key does anything here */
function press(key: string, isShifted: boolean): boolean {
  if (key === ' ') (now().nodes.isPlaying ? hold : follow)();
  else if (key === 'Escape' && liveState().mode !== undefined) setLive({ mode: undefined });
  else return pressNodes(key, isShifted);
  return true;
}

/** In ms: a request takes no longer where all goes well. */
const SPAN = { before: 50, after: 500 };

/** Panels of what goes on are drawn no more often, in ms. */
const PANELS = 250;

function LiveView({ state, live, watched, run }: LiveProps & { readonly watched: Watched }): JSX.Element {
  const { at, who, isPlaying } = state.nodes;
  const chosen = watched.nodes.find((id) => id === who);
  const { mode, hello, left, pulses } = live;
  const turn = isPlaying ? Math.floor(at / PANELS) : at;
  const choose = (id: NodeId): void => {
    if (mode === undefined) return show({ who: now().nodes.who === id ? undefined : id });
    clicked(mode, id, watched, run);
  };
  const marked = mode?.type === 'side' ? mode.ids : mode === undefined ? undefined : new Set([mode.from]);
  return (
    <div class="army nodes">
      <div class="left">
        <AllPanel system={hello!.system} watched={watched} mode={mode} run={run} />
        <section class="panel" aria-label="What runs" data-panel="about">
          <p class="about">{watched.run.head.about}.</p>
          {watched.begin > 0 && <p class="note">What happened more than ten minutes ago, or before 12,000 others, is not kept.</p>}
          {left > 0 && <p class="note">{figure(left)} messages were too many to be shown one by one.</p>}
          <details class="repeat">
            <summary>Start the same again</summary>
            <pre>{hello!.again}</pre>
          </details>
          <Saving watched={watched} />
        </section>
      </div>
      <div class="middle">
        <Picture watched={watched} at={at} who={chosen} onWho={choose} marked={marked} pulses={isPlaying ? pulses : undefined} />
        <Legend watched={watched} />
        <LiveTrack watched={watched} at={at} isFollowing={isPlaying} />
        <p class="sentence" aria-live={isPlaying ? 'off' : 'polite'}>
          {isPlaying ? lastOf(watched) : sentenceOf(watched, at)}
        </p>
        <Around watched={watched} at={at} isPlaying={isPlaying} span={SPAN} />
      </div>
      <Still
        by={[watched, turn, chosen, hello, mode]}
        draw={() => (
          <div class="right">
            {chosen !== undefined && <NodeDeeds system={hello!.system} watched={watched} id={chosen} run={run} />}
            <SpecialPanel watched={watched} at={at} who={chosen} />
            {chosen !== undefined && <NodePanel watched={watched} id={chosen} at={at} />}
            {chosen === undefined && (
              <section class="panel" aria-label="What happened">
                <h2>What happened</h2>
                <Lately watched={watched} id={undefined} at={at} />
                <p class="hint">Choose a node to see what it did and heard, and to do something to it.</p>
              </section>
            )}
          </div>
        )}
      />
    </div>
  );
}

/** The last thing that anybody did, for who follows. */
function lastOf(watched: Watched): string {
  const last = watched.run.facts.findLast((fact) => fact.type === 'event' && fact.line !== undefined && !fact.isDetail);
  return last?.type === 'event' ? `${last.line!}.` : 'Nothing has happened yet.';
}
