import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { counted } from '../../../core/figures.ts';
import type { NodeId } from '../../../core/node.ts';
import type { LiveHello } from '../../live/news.ts';
import { cutsAt, stateAt } from '../../nodes/moment.ts';
import type { Watched } from '../../nodes/watched.ts';
import { setLive, type Mode } from './store.ts';

type System = LiveHello['system'];
type Run = (line: string) => void;

/** A node was clicked while something is being done that takes more than one: the last click makes the line of the prompt. */
export function clicked(mode: Mode, id: NodeId, { shortName }: Watched, run: Run): void {
  if (mode.type === 'cut') {
    if (id !== mode.from) run(`cut ${shortName(mode.from)}→${shortName(id)}`);
    return setLive({ mode: undefined });
  }
  const ids = new Set(mode.ids);
  if (!ids.delete(id)) ids.add(id);
  setLive({ mode: { type: 'side', ids } });
}

interface AllProps {
  readonly system: System;
  readonly watched: Watched;
  readonly mode: Mode | undefined;
  readonly run: Run;
}

/** What can be done to all, and how they are now. */
export function AllPanel({ system, watched, mode, run }: AllProps): JSX.Element {
  const { head } = watched.run;
  const states = head.members.map((id) => stateAt(watched, id, watched.end));
  const up = states.filter((state) => state === 'up').length;
  const others = (['paused', 'down', 'left'] as const).flatMap((state) => {
    const count = states.filter((one) => one === state).length;
    return count === 0 ? [] : [`${count} ${{ paused: 'stopped', down: 'down', left: 'left' }[state]}`];
  });
  return (
    <section class="panel" aria-label="All of them" data-panel="all">
      <h2>
        {counted(up, 'node')} up <small>{others.join(', ')}</small>
      </h2>
      {system === 'network' && <NetworkDeeds watched={watched} mode={mode} run={run} />}
      {system === 'words' && <WordsHint />}
      {system === 'cluster' && <Requests run={run} />}
    </section>
  );
}

function NetworkDeeds({ watched, mode, run }: Omit<AllProps, 'system'>): JSX.Element {
  const { shortName, run: told } = watched;
  const isCut = cutsAt(watched, watched.end).length > 0;
  if (mode?.type === 'cut')
    return (
      <p role="status">
        Click who is not to hear {shortName(mode.from)}.{' '}
        <button type="button" onClick={() => setLive({ mode: undefined })}>
          Never mind
        </button>
      </p>
    );
  if (mode?.type === 'side') {
    const rest = told.head.members.filter((id) => !mode.ids.has(id));
    const names = (ids: Iterable<NodeId>): string => Array.from(ids, shortName).join(' ');
    return (
      <div role="status">
        <p>Click all on one side: {mode.ids.size === 0 ? 'nobody yet' : names(mode.ids)}.</p>
        <div class="deeds">
          <button
            type="button"
            class="play"
            disabled={mode.ids.size === 0 || rest.length === 0}
            onClick={() => {
              run(`partition ${names(mode.ids)} | ${names(rest)}`);
              setLive({ mode: undefined });
            }}
          >
            Cut them off
          </button>
          <button type="button" onClick={() => setLive({ mode: undefined })}>
            Never mind
          </button>
        </div>
      </div>
    );
  }
  return (
    <>
      <div class="deeds">
        <button type="button" onClick={() => setLive({ mode: { type: 'side', ids: new Set() } })}>
          Partition …
        </button>
        <button type="button" onClick={() => run('heal')} class={isCut ? 'play' : ''}>
          Heal
        </button>
        <button type="button" onClick={() => run('join')}>
          Join
        </button>
      </div>
      <Say run={run} />
    </>
  );
}

/** Something that the first peer says to all. */
const Say = ({ run }: { readonly run: Run }): JSX.Element => (
  <Field label="say to all" button="Say" line={(text) => `say ${text}`} run={run} />
);

const WordsHint = (): JSX.Element => <p class="hint">Choose a peer to have it settle a word, or lie.</p>;

const Requests = ({ run }: { readonly run: Run }): JSX.Element => (
  <>
    <Field label="request" button="Ask" line={(text) => text} run={run} placeholder="set colour blue" />
    <p class="hint">set, get, or anything else, which is put into the log as it is.</p>
  </>
);

interface FieldProps {
  readonly label: string;
  readonly button: string;
  readonly line: (text: string) => string;
  readonly run: Run;
  readonly placeholder?: string;
}

/** A line of a few words. */
function Field({ label, button, line, run, placeholder }: FieldProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <form
      class="field-line"
      onSubmit={(event) => {
        event.preventDefault();
        const text = input.current!.value.trim();
        if (text === '') return;
        input.current!.value = '';
        run(line(text));
      }}
    >
      <input ref={input} aria-label={label} placeholder={placeholder ?? label} autocomplete="off" spellcheck={false} />
      <button type="submit">{button}</button>
    </form>
  );
}

interface NodeProps {
  readonly system: System;
  readonly watched: Watched;
  readonly id: NodeId;
  readonly run: Run;
}

/** What can be done to one: each button runs a line of the prompt. */
export function NodeDeeds({ system, watched, id, run }: NodeProps): JSX.Element | null {
  const name = watched.shortName(id);
  const state = stateAt(watched, id, watched.end);
  if (!watched.run.head.members.includes(id)) return null;
  const lines = linesFor(system, name, state, watched.run.head.traitors.some((one) => one.id === id));
  return (
    <section class="panel" aria-label={`What can be done to ${name}`} data-panel="deeds">
      <h2>{name}</h2>
      <div class="deeds">
        {lines.map(([text, line]) => (
          <button key={text} type="button" onClick={() => run(line)}>
            {text}
          </button>
        ))}
        {system === 'network' && state === 'up' && (
          <button type="button" onClick={() => setLive({ mode: { type: 'cut', from: id } })}>
            Cut …
          </button>
        )}
      </div>
      {system === 'words' && <SetWord name={name} run={run} />}
    </section>
  );
}

function linesFor(system: System, name: string, state: string, isLiar: boolean): readonly (readonly [text: string, line: string])[] {
  switch (system) {
    case 'network': {
      const isSeed = name.startsWith('S');
      const ofPeers = isSeed ? [] : ([['Leave', `leave ${name}`], ['Reach', `reach ${name}`]] as const);
      if (state === 'up') return [['Kill', `kill ${name}`], ['Stop', `stop ${name}`], ...ofPeers, ['Why', `why ${name}`]];
      return [state === 'paused' ? ['Continue', `continue ${name}`] : ['Restart', `restart ${name}`], ['Why', `why ${name}`]];
    }
    case 'words':
      return [
        isLiar ? ['Tell the truth', `${name} truth`] : ['Lie in half', `${name} lie 50`],
        ...[0, 1, 2, 3, 4].map((index) => [`Settle ${index}`, `${name} consensus ${index}`] as const),
        ['Why', `${name} why`],
      ];
    case 'cluster':
      return state === 'up' ? [['Kill', `kill ${name}`]] : [['Restart', `restart ${name}`]];
    default:
      return system satisfies never;
  }
}

/** Gives a peer another word. */
function SetWord({ name, run }: { readonly name: string; readonly run: Run }): JSX.Element {
  const [index, setIndex] = useState(0);
  return (
    <div class="set-word">
      <label>
        <select aria-label="which word" value={index} onChange={(event) => setIndex(Number(event.currentTarget.value))}>
          {[0, 1, 2, 3, 4].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <Field label={`another word ${index}`} button="Set" line={(text) => `${name} set ${index} ${text}`} run={run} />
    </div>
  );
}
