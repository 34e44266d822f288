import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Camp, Change, OrderView } from '../news.ts';
import { CampPanel } from './camp.tsx';
import { Field, type Shape } from './field.tsx';
import { GeneralPanel, MessagePanel } from './general.tsx';
import type { Asker } from './hear.ts';
import { firstDifference, sentenceOf, type Flight } from './rounds.ts';
import { openedOrder } from './shown.ts';
import { Still } from './still.tsx';
import { now, set, type Fork, type State } from './store.ts';
import { Time } from './time.tsx';
import { Verdict } from './verdict.tsx';

const NOTHING: ReadonlySet<string> = new Set();

/** The army, its order round by round, and one general or message of it. */
export function ArmyView({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { hello, camp, order, fork } = state;
  const opened = openedOrder(state);
  const changed = opened === undefined && order !== undefined ? fork : undefined;
  const marked = useMemo(
    () => (changed === undefined || order === undefined ? NOTHING : firstDifference(order, changed.order)),
    [changed, order],
  );
  if (hello === undefined || camp === undefined) return <></>;
  const shown = opened ?? changed?.order ?? order;
  const run = (line: string): void => asker.ask({ type: 'line', line });
  return (
    <div class="army">
      <div class="left">
        {opened === undefined ? (
          <Still by={[camp, hello]} draw={() => <CampPanel camp={camp} hello={hello} run={run} asker={asker} />} />
        ) : (
          <OfFile state={state} />
        )}
      </div>
      <div class="middle">
        {changed !== undefined && order !== undefined ? (
          <Changed state={state} camp={camp} order={order} fork={changed} marked={marked} asker={asker} />
        ) : (
          <Ring
            state={state}
            camp={camp}
            order={shown}
            title="The army"
            why={state.why}
            marked={marked}
            onPick={opened === undefined ? pick : undefined}
          />
        )}
        <Time order={shown} at={state.at} isPlaying={state.isPlaying} speed={state.speed} />
        <div class="telling">
          <p class="sentence" aria-live="polite">
            {shown === undefined ? 'Give an order, and watch whether the loyal agree.' : sentenceOf(shown, state.at)}
          </p>
          {changed !== undefined ? (
            <div class="two">
              <Verdict order={order} at={state.at} />
              <Verdict order={changed.order} at={state.at} />
            </div>
          ) : (
            <Verdict order={shown} at={state.at} />
          )}
        </div>
      </div>
      <div class="right">
        <Side state={state} camp={camp} order={shown} asker={asker} />
      </div>
    </div>
  );
}

/** Says that what is shown is of a file. */
const OfFile = ({ state: { opened } }: { readonly state: State }): JSX.Element => (
  <p class="panel">
    An order of {opened?.type === 'trace' ? opened.name : 'a file'}.{' '}
    <button type="button" onClick={() => set({ opened: undefined, at: 0 })}>
      Back to the army
    </button>
  </p>
);

interface RingProps {
  readonly state: State;
  readonly camp: Camp;
  readonly order: OrderView | undefined;
  readonly title: string;
  readonly why: State['why'];
  readonly marked: ReadonlySet<string>;
  readonly onPick: ((flight: Flight) => void) | undefined;
}

const Ring = ({ state: { at, who, picked, fork, view }, ...rest }: RingProps): JSX.Element => (
  <Field {...rest} at={at} who={who} picked={picked} shape={shapeOf(view === 'story', fork !== undefined)} onWho={choose} />
);

/** Under a story there is little height; beside another run, and on a narrow page, little width. */
function shapeOf(isStory: boolean, isBeside: boolean): Shape {
  if (isBeside || innerWidth <= 700) return 'narrow';
  return isStory && innerWidth > 1100 ? 'low' : 'plain';
}

interface ChangedProps {
  readonly state: State;
  readonly camp: Camp;
  readonly order: OrderView;
  readonly fork: Fork;
  readonly marked: ReadonlySet<string>;
  readonly asker: Asker;
}

/** An order with one message changed, beside the order as it was. */
function Changed({ state, camp, order, fork, marked, asker }: ChangedProps): JSX.Element {
  const { count, seed, protocol } = camp;
  const keep = (): void => asker.ask({ type: 'begin', beginning: { count, seed, protocol, lines: fork.lines } });
  const shared = { state, camp, marked, why: undefined, onPick: undefined } as const;
  return (
    <>
      <p class="forked">
        Left, as it was; right, {changeText(fork.change)}.{' '}
        <button type="button" onClick={keep} disabled={state.hello?.isLive === true}>
          Keep the right one
        </button>{' '}
        <button type="button" onClick={() => set({ fork: undefined, picked: undefined })}>
          Back
        </button>
      </p>
      <div class="two">
        <Ring {...shared} order={order} title="The order as it was" />
        <Ring {...shared} order={fork.order} title="The order with one message changed" />
      </div>
    </>
  );
}

const changeText = ({ round, from, to, word }: Change): string =>
  `G${from} ${word === 'silence' ? `keeps silent to G${to}` : `tells G${to} ${word}`} in round ${round}`;

interface SideProps {
  readonly state: State;
  readonly camp: Camp;
  readonly order: OrderView | undefined;
  readonly asker: Asker;
}

/** The chosen message, and the chosen general. */
function Side({ state, camp, order, asker }: SideProps): JSX.Element {
  const { hello, at, who, why, picked, fork } = state;
  const round = Math.floor(at);
  const change = (word: Change['word']): void => {
    if (picked !== undefined) asker.ask({ type: 'fork', change: { ...picked, word } });
  };
  const askWhy = (id: number): void => (why?.id === id ? set({ why: undefined }) : asker.ask({ type: 'why', id }));
  // Of a changed order, or one of a file, nobody is there to be asked or told anything.
  const isOwn = order === state.order;
  const shared = {
    camp,
    order,
    round,
    isOwn,
    why: isOwn ? why : undefined,
    strategies: hello?.strategies ?? [],
    askWhy,
    onPick: pick,
    run: (line: string) => asker.ask({ type: 'line', line }),
  } as const;
  return (
    <>
      {picked !== undefined && order !== undefined && fork === undefined && (
        <MessagePanel place={picked} order={order} fork={change} close={() => set({ picked: undefined })} />
      )}
      {who === undefined ? (
        <p class="panel hint">
          Choose a general to see what it heard, and why it decided so.{fork === undefined ? ' Choose a message to change it.' : ''}
        </p>
      ) : (
        <Still by={[who, camp, order, round, isOwn, why, hello]} draw={() => <GeneralPanel id={who} {...shared} />} />
      )}
    </>
  );
}

const pick = ({ round, from, to, index }: Flight): void => set({ picked: { round, from, to, index }, isPlaying: false });

const choose = (id: number): void => set({ who: now().who === id ? undefined : id, picked: undefined });
