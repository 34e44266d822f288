import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ArmyView } from './army.tsx';
import { Console } from './console.tsx';
import { Frame, Waiting, useKeys, type KeyRow } from './frame.tsx';
import { remember, type Asker } from './hear.ts';
import { moreNow, withMore } from './later.ts';
import type { Runner } from './nodes/runner.ts';
import { shownOrder } from './shown.ts';
import { Still } from './still.tsx';
import { VIEWS, endOf, now, set, type State } from './store.ts';
import { step, useClock } from './time.tsx';

const TITLES = { army: 'Army', proof: 'Proof', odds: 'Odds', nodes: 'Nodes', story: 'Story', files: 'Files' } as const;

const KEYS: readonly KeyRow[] = [
  ['Space', 'play, or hold'],
  ['← →', 'one round back, or on'],
  ['Home End', 'to the beginning, or the end'],
  ['Shift ← →', 'among nodes: to what a node did other than saying and hearing'],
  ['1 … 9', 'choose a general'],
  ['Tab, Enter', 'go through generals and messages, and choose one'],
  ['f', 'on a message: change it'],
  ['/', 'type a command'],
];

/** The whole page. */
export function App({ state, asker, runner }: { readonly state: State; readonly asker: Asker; readonly runner: Runner }): JSX.Element {
  const { hello, camp, view } = state;
  useClock(state);
  useKeys(press);
  useRemembering(state);
  useMore(camp !== undefined);
  if (hello === undefined || camp === undefined) return <Waiting state={state} text="The generals are mustered …" />;
  const run = (line: string): void => asker.ask({ type: 'line', line });
  const tabs = VIEWS.filter((one) => one !== 'story' || !hello.isLive).map((name) => ({ name, title: TITLES[name], choose: () => set({ view: name }) }));
  const below = view !== 'nodes' && <Still by={[state.entries, state.progress, hello]} draw={() => <Console state={state} run={run} />} />;
  return (
    <Frame state={state} isLive={hello.isLive} tabs={tabs} view={view} keys={KEYS} below={below}>
      {view === 'army' && <ArmyView state={state} asker={asker} />}
      {view !== 'army' && <Other state={state} asker={asker} runner={runner} />}
    </Frame>
  );
}

/** Whatever else than the army is looked at. */
function Other({ state, asker, runner }: { readonly state: State; readonly asker: Asker; readonly runner: Runner }): JSX.Element {
  const { view } = state;
  const more = moreNow();
  if (more === undefined) return <p class="panel waiting" role="status">…</p>;
  const { ProofView, OddsView, NodesView, StoryView, Files } = more;
  return (
    <>
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
    </>
  );
}

/** @returns whether a key does anything here */
function press(key: string, isShifted: boolean): boolean {
  const state = now();
  if (state.view === 'nodes' && moreNow()?.press(key, isShifted) === true) return true;
  const shown = shownOrder(state);
  const digit = /^[1-9]$/.test(key) ? state.camp?.members.find(({ id }) => id === Number(key)) : undefined;
  if (key === ' ') set({ isPlaying: shown !== undefined && !state.isPlaying, ...(state.at >= endOf(shown) ? { at: 0 } : {}) });
  else if (key === 'ArrowRight') step(shown, 1);
  else if (key === 'ArrowLeft') step(shown, -1);
  else if (key === 'Home') set({ at: 0, isPlaying: false });
  else if (key === 'End') set({ at: endOf(shown), isPlaying: false });
  else if (key === 'Escape') set({ who: undefined, picked: undefined, why: undefined });
  else if (digit !== undefined) set({ who: digit.id });
  else return false;
  return true;
}

/** Reads the rest when the army is drawn. */
function useMore(isDrawn: boolean): void {
  useEffect(() => {
    if (isDrawn) void withMore();
  }, [isDrawn]);
}

/** Keeps the link true, but not while things move. */
function useRemembering({ isPlaying, at, who, view, fork, story, nodes }: State): void {
  const isMoving = view === 'nodes' ? nodes.isPlaying : isPlaying;
  useEffect(() => {
    if (!isMoving && now().camp !== undefined) remember(false);
  }, [isMoving, at, who, view, fork, story, nodes]);
}
