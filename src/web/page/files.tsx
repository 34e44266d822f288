import type { JSX } from 'preact';
import { svgOf } from '../../trace/svg.ts';
import { mermaidOf } from '../../trace/mermaid.ts';
import { shivizOf } from '../../trace/shiviz.ts';
import type { Shown } from '../../runs.ts';
import { opened as open } from './open.ts';
import { save } from './save.ts';
import { now, set, type State } from './store.ts';

/** Opens a file that was chosen, or dragged in. */
export function take(file: File | undefined): void {
  if (file !== undefined) void open(file).then((opened) => set({ opened, view: 'files', mistake: opened.mistake }));
}

/** Traces that were written before, of whatever kind. */
export function Files({ state: { opened } }: { readonly state: State }): JSX.Element {
  const run = opened?.runs[opened.index];
  return (
    <section
      class="panel wide files" aria-label="Files" data-panel="files"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => { event.preventDefault(); take(event.dataTransfer?.files[0]); }}
    >
      <h2>Open a trace</h2>
      <p><label class="drop">Drag a trace here, or choose it: <input type="file" onChange={(event) => take(event.currentTarget.files?.[0])} /></label></p>
      <p class="note">Traces are what <code>--trace</code> writes: of orders, replicas, networks, or the word database. They stay in this page.</p>
      {opened !== undefined && run !== undefined && (
        <>
          <h3>{opened.name} <small>{opened.runs.length === 1 ? '1 run' : `${opened.runs.length} runs`}, {run.is}</small></h3>
          <div class="deeds">
            {opened.runs.length > 1 && <label>run <select value={String(opened.index)} onChange={(event) => set({ opened: { ...opened, index: Number(event.currentTarget.value) } })}>{opened.runs.map((one, index) => <option key={index} value={String(index)}>{one.trace === undefined ? index + 1 : `order ${one.trace.ordered.number}`}</option>)}</select></label>}
            {run.trace !== undefined && <button type="button" class="play" onClick={() => set({ view: 'army', opened: { ...opened, isWatched: true }, at: 0, isPlaying: true, who: undefined })}>Watch it</button>}
            <button type="button" onClick={() => save('run.svg', svgOf([run.shown({}).chart()]), 'image/svg+xml')}>SVG</button>
            <button type="button" onClick={() => save('run.mmd', mermaidOf(run.shown({}).story()))}>Mermaid</button>
            <button type="button" onClick={() => save('run.shiviz.txt', shivizOf(run.shown({}).wholeStory()))}>ShiViz</button>
          </div>
          <Picture key={`${opened.name} ${opened.index}`} run={run.shown({})} />
        </>
      )}
      {now().opened?.mistake !== undefined && <p class="mistake">{now().opened!.mistake}</p>}
    </section>
  );
}

/** A run as a diagram, whose time runs down, and in sentences. */
function Picture({ run }: { readonly run: Shown }): JSX.Element {
  return (
    <>
      <img class="chart" alt="The run as a diagram; below it in sentences" src={`data:image/svg+xml,${encodeURIComponent(svgOf([run.chart()]))}`} />
      <details><summary>In sentences</summary><pre>{run.transcript()}</pre></details>
    </>
  );
}
