import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Change, OrderView } from '../news.ts';
import { CampPanel } from './camp.tsx';
import { Console } from './console.tsx';
import { Field } from './field.tsx';
import { Files } from './files.tsx';
import { GeneralPanel, MessagePanel } from './general.tsx';
import { remember, type Asker } from './hear.ts';
import { OddsView } from './odds.tsx';
import { orderOf } from './open.ts';
import { ProofView } from './proof.tsx';
import { firstDifference, sentenceOf, type Flight } from './rounds.ts';
import { Still } from './still.tsx';
import { VIEWS, endOf, now, set, type State } from './store.ts';
import { StoryView } from './story.tsx';
import { Time, step, useClock } from './time.tsx';
import { Verdict } from './verdict.tsx';

const TITLES = { army: 'Army', proof: 'Proof', odds: 'Odds', story: 'Story', files: 'Files' } as const;

const NOTHING: ReadonlySet<string> = new Set();

/** The whole page. */
export function App({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { hello, camp, view } = state;
  useClock(state);
  useKeys(state);
  useRemembering(state);
  if (hello === undefined || camp === undefined) return <main class="waiting"><p>{state.isLost ? 'Whoever serves this page does not answer.' : state.mistake ?? 'The generals are mustered …'}</p></main>;
  const run = (line: string): void => asker.ask({ type: 'line', line });
  return (
    <>
      <header>
        <h1>generals <small>{hello.isLive ? 'live, beside the prompt' : 'in virtual time'}</small></h1>
        <nav role="tablist" aria-label="Views">
          {VIEWS.filter((one) => one !== 'story' || !hello.isLive).map((one) => (
            <button key={one} type="button" role="tab" id={`tab-${one}`} aria-selected={one === view} aria-controls="view" onClick={() => set({ view: one })}>{TITLES[one]}</button>
          ))}
        </nav>
        <button type="button" class="help" aria-expanded={state.isHelpOpen} onClick={() => set({ isHelpOpen: !state.isHelpOpen })}>Keys</button>
      </header>
      {state.isLost && <p class="mistake" role="alert">The prompt behind this page does not answer. It is asked again until it does.</p>}
      {state.mistake !== undefined && <p class="mistake" role="alert">{state.mistake} <button type="button" class="plain" aria-label="Put away" onClick={() => set({ mistake: undefined })}>×</button></p>}
      {state.isHelpOpen && <Keys />}
      <main><div id="view" role="tabpanel" aria-labelledby={`tab-${view}`} class={`view-${view}`}>
        {view === 'army' && <ArmyView state={state} asker={asker} />}
        {view === 'proof' && <ProofView state={state} asker={asker} />}
        {view === 'odds' && <OddsView state={state} asker={asker} />}
        {view === 'story' && <><StoryView state={state} asker={asker} /><ArmyView state={state} asker={asker} /></>}
        {view === 'files' && <Files state={state} />}
      </div></main>
      <Still by={[state.entries, state.progress, hello]} draw={() => <Console state={state} run={run} />} />
    </>
  );
}

/** The army, its order round by round, and one general or message of it. */
function ArmyView({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { hello, camp, order, fork, at, who, why, picked } = state;
  const opened = openedOrder(state);
  const shown = opened ?? fork?.order ?? order;
  const run = (line: string): void => asker.ask({ type: 'line', line });
  const pick = ({ round, from, to, index }: Flight): void => set({ picked: { round, from, to, index }, isPlaying: false });
  const choose = (id: number): void => set({ who: now().who === id ? undefined : id, picked: undefined });
  const change = (word: Change['word']): void => {
    if (picked !== undefined) asker.ask({ type: 'fork', change: { ...picked, word } });
  };
  const marked = useMemo(() => (fork === undefined || order === undefined || opened !== undefined ? NOTHING : firstDifference(order, fork.order)), [fork, order, opened]);
  if (hello === undefined || camp === undefined) return <></>;
  const shared = { camp, at, who, picked, onWho: choose, marked } as const;
  const round = Math.floor(at);
  return (
    <div class="army">
      <div class="left">
        {opened === undefined ? <Still by={[camp, hello]} draw={() => <CampPanel camp={camp} hello={hello} run={run} asker={asker} />} /> : <p class="panel">An order of {state.opened?.type === 'trace' ? state.opened.name : 'a file'}. <button type="button" onClick={() => set({ opened: undefined, at: 0 })}>Back to the army</button></p>}
      </div>
      <div class="middle">
        {fork !== undefined && order !== undefined && opened === undefined ? (
          <>
            <p class="forked">Left, as it was; right, {changeText(fork.change)}. <button type="button" onClick={() => asker.ask({ type: 'begin', beginning: { count: camp.count, seed: camp.seed, protocol: camp.protocol, lines: fork.lines } })} disabled={hello.isLive}>Keep the right one</button> <button type="button" onClick={() => set({ fork: undefined, picked: undefined })}>Back</button></p>
            <div class="two">
              <Field {...shared} order={order} why={undefined} title="The order as it was" onPick={undefined} />
              <Field {...shared} order={fork.order} why={undefined} title="The order with one message changed" onPick={undefined} />
            </div>
          </>
        ) : <Field {...shared} order={shown} why={why} title="The army" onPick={opened === undefined ? pick : undefined} />}
        <Time order={shown} at={at} isPlaying={state.isPlaying} speed={state.speed} />
        <div class="telling">
        <p class="sentence" aria-live="polite">{shown === undefined ? 'Give an order, and watch whether the loyal agree.' : sentenceOf(shown, at)}</p>
        {fork !== undefined && order !== undefined && opened === undefined ? <div class="two"><Verdict order={order} at={at} /><Verdict order={fork.order} at={at} /></div> : <Verdict order={shown} at={at} />}
        </div>
      </div>
      <div class="right">
        {picked !== undefined && shown !== undefined && fork === undefined && <MessagePanel place={picked} order={shown} fork={change} close={() => set({ picked: undefined })} />}
        {who === undefined ? <p class="panel hint">Choose a general to see what it heard, and why it decided so. Choose a message to change it.</p> : (
          <Still by={[who, camp, shown, round, why, hello]} draw={() => (
            <GeneralPanel id={who} camp={camp} order={shown} round={round} why={why} strategies={hello.strategies} run={run} askWhy={(id) => (why?.id === id ? set({ why: undefined }) : asker.ask({ type: 'why', id }))} onPick={pick} />
          )} />
        )}
      </div>
    </div>
  );
}

/** The order of an opened file that is looked at. */
function openedOrder({ opened, view }: State): OrderView | undefined {
  const trace = view === 'army' && opened?.type === 'trace' && opened.isWatched ? opened.runs[opened.index]?.trace : undefined;
  if (trace === undefined) return undefined;
  const known = views.get(trace) ?? orderOf(trace);
  views.set(trace, known);
  return known;
}

const views = new WeakMap<object, OrderView>();

const changeText = ({ round, from, to, word }: Change): string => `G${from} ${word === 'silence' ? `keeps silent to G${to}` : `tells G${to} ${word}`} in round ${round}`;

function Keys(): JSX.Element {
  return (
    <dl class="keys panel">
      <dt>Space</dt><dd>play, or hold</dd>
      <dt>← →</dt><dd>one round back, or on</dd>
      <dt>Home End</dt><dd>to the beginning, or the end</dd>
      <dt>1 … 9</dt><dd>choose a general</dd>
      <dt>Tab, Enter</dt><dd>go through generals and messages, and choose one</dd>
      <dt>f</dt><dd>on a message: change it</dd>
      <dt>/</dt><dd>type a command</dd>
      <dt>Esc</dt><dd>choose nothing</dd>
      <dt>?</dt><dd>these keys</dd>
    </dl>
  );
}

function useKeys(state: State): void {
  const current = useRef(state);
  current.current = state;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))) return;
      // A button is pressed by space as ever.
      if (key === ' ' && target instanceof HTMLButtonElement) return;
      const { order, fork, camp, isHelpOpen } = current.current;
      const shown = openedOrder(current.current) ?? fork?.order ?? order;
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
function useRemembering({ isPlaying, at, who, view, fork, story }: State): void {
  useEffect(() => {
    if (!isPlaying && now().camp !== undefined) remember(false);
  }, [isPlaying, at, who, view, fork, story]);
}
