import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { counted } from '../../core/figures.ts';
import type { Shown } from '../../runs.ts';
import type { Chart } from '../../trace/chart.ts';
import { mermaidOf } from '../../trace/mermaid.ts';
import { shivizOf } from '../../trace/shiviz.ts';
import { svgOf } from '../../trace/svg.ts';
import { chartOfLog } from '../logs.ts';
import { watchFile } from './nodes/deeds.ts';
import { Counted } from './odds.tsx';
import { opened as open, orderOf, type Opened } from './open.ts';
import { save } from './save.ts';
import { set, type State } from './store.ts';

/** Opens files that were chosen, or dropped. */
export function takeFiles(files: readonly File[]): void {
  if (files.length === 0) return;
  void open(files).then((opened) =>
    set(opened.type === 'mistake' ? { view: 'files', mistake: opened.message } : { opened, view: 'files', mistake: undefined }),
  );
}

/** What was written before: traces of whatever kind, results of campaigns, logs of gossip networks. */
export function Files({ state: { opened } }: { readonly state: State }): JSX.Element {
  return (
    <section class="panel wide files" aria-label="Files" data-panel="files">
      <h2>Open a file</h2>
      <p>
        <label class="drop">
          Drag a file here, or choose it: <input type="file" multiple onChange={(event) => takeFiles([...event.currentTarget.files!])} />
        </label>
      </p>
      <p class="note">
        Traces, as <code>--trace</code> writes them; <code>report.html</code> or <code>results.json</code> of a campaign; logs of seeds and peers, such as{' '}
        <code>outputfile.txt</code>, several at once. They stay in this page.
      </p>
      {opened?.type === 'trace' && <TraceFile opened={opened} />}
      {opened?.type === 'results' && (
        <>
          <h3>{opened.name}</h3>
          <Which
            opened={opened}
            names={opened.odds.map(({ protocol, m, members, strategy }) => `${protocol}, m = ${m}, ${members} generals, ${strategy}`)}
          />
          {opened.isPartial && <p class="note">Partial: the campaign was stopped before its end.</p>}
          {opened.odds.length === 0 ? <p>No order was counted.</p> : <Counted odds={opened.odds[opened.index]!} />}
        </>
      )}
      {opened?.type === 'log' && (
        <>
          <h3>
            {opened.name} <small>{counted(opened.lines.length, 'line')}</small>
          </h3>
          <Picture
            of={opened.lines}
            chart={() => chartOfLog(opened.lines, opened.name)}
            text={() =>
              opened.lines
                .slice(-LINES_MAX)
                .map(({ time, node, text }) => `${time} [${node}] ${text}`.trimStart())
                .join('\n')
            }
          />
        </>
      )}
    </section>
  );
}

/** More lines of a log nobody reads in a page. */
const LINES_MAX = 5000;

function TraceFile({ opened }: { readonly opened: Opened & { readonly type: 'trace' } }): JSX.Element {
  const { name, runs, index } = opened;
  const run = runs[index]!;
  const shown: Shown = run.shown({});
  return (
    <>
      <h3>
        {name}{' '}
        <small>
          {runs.length === 1 ? '1 run' : `${runs.length} runs`}, {run.is}
        </small>
      </h3>
      <div class="deeds">
        <Which
          opened={opened}
          names={runs.map(({ trace }, place) => (trace === undefined ? `run ${place + 1}` : `order ${trace.ordered.number}`))}
        />
        {run.trace !== undefined && (
          <button
            type="button"
            class="play"
            onClick={() => set({ view: 'army', opened: { ...opened, watched: orderOf(run.trace!) }, at: 0, isPlaying: true, who: undefined })}
          >
            Watch it
          </button>
        )}
        {run.run !== undefined && (
          <button type="button" class="play" onClick={() => void watchFile(opened)}>
            Watch it
          </button>
        )}
        <button type="button" onClick={() => save('run.svg', svgOf([shown.chart()]), 'image/svg+xml')}>
          SVG
        </button>
        <button type="button" onClick={() => save('run.mmd', mermaidOf(shown.story()))}>
          Mermaid
        </button>
        <button type="button" onClick={() => save('run.shiviz.txt', shivizOf(shown.wholeStory()))}>
          ShiViz
        </button>
      </div>
      <Picture of={run} chart={() => shown.chart()} text={() => shown.transcript()} />
    </>
  );
}

/** Which of several is looked at. */
function Which({
  opened,
  names,
}: {
  readonly opened: Opened & { readonly type: 'trace' | 'results' };
  readonly names: readonly string[];
}): JSX.Element {
  if (names.length < 2) return <></>;
  const look = (index: number): void =>
    set({ opened: opened.type === 'trace' ? { ...opened, index, watched: undefined } : { ...opened, index } });
  return (
    <label>
      show{' '}
      <select value={String(opened.index)} onChange={(event) => look(Number(event.currentTarget.value))}>
        {names.map((name, index) => (
          <option key={name} value={String(index)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** More nodes beside each other nobody sees in one diagram, and a browser takes many seconds to draw them. */
const LANES_MAX = 60;

/** A diagram whose time runs down, where it is one to look at, and the same in sentences, which are written when somebody asks for them. */
function Picture({ of, chart, text }: { readonly of: unknown; readonly chart: () => Chart; readonly text: () => string }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const source = useMemo(() => {
    const drawn = chart();
    return drawn.lanes.length > LANES_MAX ? undefined : `data:image/svg+xml,${encodeURIComponent(svgOf([drawn]))}`;
  }, [of]);
  return (
    <>
      {source === undefined ? (
        <p class="note">Of more than {LANES_MAX} nodes no diagram is drawn here.</p>
      ) : (
        <div class="scroll" tabindex={0}>
          <img class="chart" alt="A diagram; below it the same in sentences" src={source} />
        </div>
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>In sentences</summary>
        {isOpen && <pre>{text()}</pre>}
      </details>
    </>
  );
}
