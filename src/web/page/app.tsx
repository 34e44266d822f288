import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ArmyView } from './army.tsx';
import { Console } from './console.tsx';
import { Files } from './files.tsx';
import { remember, type Asker } from './hear.ts';
import { press as pressNodes, type Runner } from './nodes/deeds.ts';
import { NodesView } from './nodes/view.tsx';
import { OddsView } from './odds.tsx';
import { ProofView } from './proof.tsx';
import { shownOrder } from './shown.ts';
import { Still } from './still.tsx';
import { VIEWS, endOf, now, set, type State } from './store.ts';
import { StoryView } from './story.tsx';
import { step, useClock } from './time.tsx';

const TITLES = { army: 'Army', proof: 'Proof', odds: 'Odds', nodes: 'Nodes', story: 'Story', files: 'Files' } as const;

/** The whole page. */
export function App({ state, asker, runner }: { readonly state: State; readonly asker: Asker; readonly runner: Runner }): JSX.Element {
  const { hello, camp, view } = state;
  useClock(state);
  useKeys(state);
  useRemembering(state);
  if (hello === undefined || camp === undefined)
    return (
      <main class="waiting">
        <p>{state.isLost ? 'Whoever serves this page does not answer.' : (state.mistake ?? 'The generals are mustered …')}</p>
      </main>
    );
  const run = (line: string): void => asker.ask({ type: 'line', line });
  return (
    <>
      <header>
        <h1>
          generals <small>{hello.isLive ? 'live, beside the prompt' : 'in virtual time'}</small>
        </h1>
        <nav role="tablist" aria-label="Views">
          {VIEWS.filter((one) => one !== 'story' || !hello.isLive).map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              aria-selected={one === view}
              aria-controls="view"
              onClick={() => set({ view: one })}
            >
              {TITLES[one]}
            </button>
          ))}
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
        <div id="view" role="tabpanel" aria-labelledby={`tab-${view}`} class={`view-${view}`}>
          {view === 'army' && <ArmyView state={state} asker={asker} />}
          {view === 'proof' && <ProofView state={state} asker={asker} />}
          {view === 'odds' && <OddsView state={state} asker={asker} />}
          {view === 'nodes' && <NodesView state={state} runner={runner} />}
          {view === 'story' && (
            <>
              <StoryView state={state} asker={asker} />
              <ArmyView state={state} asker={asker} />
            </>
          )}
          {view === 'files' && <Files state={state} />}
        </div>
      </main>
      {view !== 'nodes' && <Still by={[state.entries, state.progress, hello]} draw={() => <Console state={state} run={run} />} />}
    </>
  );
}

function Keys(): JSX.Element {
  return (
    <dl class="keys panel">
      <dt>Space</dt>
      <dd>play, or hold</dd>
      <dt>← →</dt>
      <dd>one round back, or on</dd>
      <dt>Home End</dt>
      <dd>to the beginning, or the end</dd>
      <dt>Shift ← →</dt>
      <dd>among nodes: to what a node did other than saying and hearing</dd>
      <dt>1 … 9</dt>
      <dd>choose a general</dd>
      <dt>Tab, Enter</dt>
      <dd>go through generals and messages, and choose one</dd>
      <dt>f</dt>
      <dd>on a message: change it</dd>
      <dt>/</dt>
      <dd>type a command</dd>
      <dt>Esc</dt>
      <dd>choose nothing</dd>
      <dt>?</dt>
      <dd>these keys</dd>
    </dl>
  );
}

function useKeys(state: State): void {
  const current = useRef(state);
  current.current = state;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
      )
        return;
      // A button is pressed by space as ever.
      if (key === ' ' && target instanceof HTMLButtonElement) return;
      const { camp, isHelpOpen, view } = current.current;
      if (view === 'nodes' && pressNodes(key, event.shiftKey)) return event.preventDefault();
      const shown = shownOrder(current.current);
      const digit = /^[1-9]$/.test(key) ? camp?.members.find(({ id }) => id === Number(key)) : undefined;
      if (key === ' ') set({ isPlaying: shown !== undefined && !now().isPlaying, ...(now().at >= endOf(shown) ? { at: 0 } : {}) });
      else if (key === 'ArrowRight') step(shown, 1);
      else if (key === 'ArrowLeft') step(shown, -1);
      else if (key === 'Home') set({ at: 0, isPlaying: false });
      else if (key === 'End') set({ at: endOf(shown), isPlaying: false });
      else if (key === '?') set({ isHelpOpen: !isHelpOpen });
      else if (key === 'Escape') set({ who: undefined, picked: undefined, why: undefined, isHelpOpen: false });
      else if (key === '/') document.getElementById('line')?.focus();
      else if (digit !== undefined) set({ who: digit.id });
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

/** Keeps the link true, but not while things move. */
function useRemembering({ isPlaying, at, who, view, fork, story, nodes }: State): void {
  const isMoving = view === 'nodes' ? nodes.isPlaying : isPlaying;
  useEffect(() => {
    if (!isMoving && now().camp !== undefined) remember(false);
  }, [isMoving, at, who, view, fork, story, nodes]);
}
