import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { NodeId } from '../../../core/node.ts';
import { figure } from '../../../core/figures.ts';
import type { Watched } from '../../nodes/watched.ts';
import { Prompt } from '../console.tsx';
import { press as pressNodes, show } from '../nodes/deeds.ts';
import { Lately, NodePanel } from '../nodes/node.tsx';
import { Around, Legend, sentenceOf } from '../nodes/parts.tsx';
import { Picture } from '../nodes/picture.tsx';
import { Saving } from '../nodes/saving.tsx';
import { SpecialPanel } from '../nodes/special.tsx';
import { Still } from '../still.tsx';
import { now, set, type State } from '../store.ts';
import { AllPanel, NodeDeeds, clicked } from './deeds.tsx';
import { live as liveState, setLive, type LiveShown } from './store.ts';
import { LiveTrack, follow, hold, useFollowing } from './time.tsx';

const TITLES = { network: 'Network', words: 'Words', cluster: 'Cluster' } as const;

interface LiveProps {
  readonly state: State;
  readonly live: LiveShown;
  readonly run: (line: string) => void;
}

/** The whole page beside nodes that really run. */
export function LiveApp({ state, live, run }: LiveProps): JSX.Element {
  const { hello } = live;
  const { watched, isPlaying } = state.nodes;
  useFollowing(isPlaying);
  useKeys();
  if (hello === undefined || watched === undefined)
    return (
      <main class="waiting">
        <p>{state.isLost ? 'Whoever serves this page does not answer.' : (state.mistake ?? 'The page asks what goes on …')}</p>
      </main>
    );
  return (
    <>
      <header>
        <h1>
          generals <small>live, beside the prompt</small>
        </h1>
        <nav role="tablist" aria-label="Views">
          <button type="button" role="tab" id="tab-live" aria-selected={true} aria-controls="view">
            {TITLES[hello.system]}
          </button>
        </nav>
        <button type="button" class="help" aria-expanded={state.isHelpOpen} onClick={() => set({ isHelpOpen: !state.isHelpOpen })}>
          Keys
        </button>
      </header>
      {state.isLost && (
        <p class="mistake" role="alert">
          The prompt behind this page does not answer. It is asked again until it does.
        </p>
      )}
      {state.mistake !== undefined && (
        <p class="mistake" role="alert">
          {state.mistake}{' '}
          <button type="button" class="plain" aria-label="Put away" onClick={() => set({ mistake: undefined })}>
            ×
          </button>
        </p>
      )}
      {state.isHelpOpen && <Keys />}
      <main>
        <div id="view" role="tabpanel" aria-labelledby="tab-live" class="view-live">
          <LiveView state={state} live={live} watched={watched} run={run} />
        </div>
      </main>
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
    </>
  );
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

function Keys(): JSX.Element {
  return (
    <dl class="keys panel">
      <dt>Space</dt>
      <dd>hold, or follow what goes on</dd>
      <dt>← →</dt>
      <dd>back, or on, to when anything happens</dd>
      <dt>Shift ← →</dt>
      <dd>to what a node did other than saying and hearing</dd>
      <dt>Home End</dt>
      <dd>to the first that is kept, or the last</dd>
      <dt>0 … 9</dt>
      <dd>choose a node</dd>
      <dt>Tab, Enter</dt>
      <dd>go through nodes and buttons, and choose one</dd>
      <dt>/</dt>
      <dd>type a line</dd>
      <dt>Esc</dt>
      <dd>choose nothing</dd>
      <dt>?</dt>
      <dd>these keys</dd>
    </dl>
  );
}

function useKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)))
        return;
      if (key === ' ' && target instanceof HTMLButtonElement) return;
      if (key === ' ') (now().nodes.isPlaying ? hold : follow)();
      else if (key === '/') document.getElementById('line')?.focus();
      else if (key === '?') set({ isHelpOpen: !now().isHelpOpen });
      else if (key === 'Escape' && liveState().mode !== undefined) setLive({ mode: undefined });
      else if (!pressNodes(key, event.shiftKey)) return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
