import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Camp, News } from '../news.ts';
import type { Asker } from './hear.ts';
import { withMore } from './later.ts';
import { ringSvg } from './ring.ts';
import { save } from './save.ts';
import { now } from './store.ts';

interface CampProps {
  readonly camp: Camp;
  readonly hello: News & { readonly type: 'hello' };
  readonly run: (line: string) => void;
  readonly asker: Asker;
}

/** The army as it stands, and what it is told to do. */
export function CampPanel({ camp, hello, run, asker }: CampProps): JSX.Element {
  const traitors = camp.members.filter(({ state }) => state.type === 'faulty').length;
  const protocol = hello.protocols.find(({ name }) => name === camp.follows);
  const begin = (count: number): void => {
    if (hello.isLive) run(`g-muster ${count}`);
    else asker.ask({ type: 'begin', beginning: { count, seed: camp.seed, protocol: camp.follows, lines: [] } });
  };
  return (
    <section class="panel camp" aria-label="Army">
      <h2>
        {camp.members.length} generals{' '}
        <small>{traitors === 0 ? 'no traitors' : traitors === 1 ? '1 traitor' : `${traitors} traitors`}</small>
      </h2>
      <div class="orders">
        <button type="button" class="attack" onClick={() => run('actual-order attack')}>
          Attack!
        </button>
        <button type="button" class="retreat" onClick={() => run('actual-order retreat')}>
          Retreat!
        </button>
        <button type="button" title="although the traitors are too many for the protocol" onClick={() => run('actual-order attack anyway')}>
          Attack anyway
        </button>
      </div>
      <label>
        protocol
        <select value={camp.follows} onChange={(event) => run(`g-protocol ${event.currentTarget.value}`)}>
          {hello.protocols.map(({ name, summary }) => (
            <option key={name} value={name} title={summary}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="note">{protocol?.summary}</p>
      <Whole key={`m${camp.m}`} label="m, traitors to stand" value={camp.m} set={(m) => run(`g-protocol ${camp.follows} ${m}`)} />
      <Whole key={`n${camp.members.length}`} label="generals" value={camp.members.length} set={begin} verb="Muster" />
      <Whole key={`s${camp.now}`} label="seed" value={camp.now} set={(seed) => run(`g-seed ${seed}`)} />
      <button type="button" onClick={() => run('g-add 1')}>
        Add one
      </button>
      <Repeat camp={camp} />
      <Export />
    </section>
  );
}

/** A number that is taken over by Enter or by its button. */
function Whole({
  label,
  value,
  set,
  verb = 'Set',
}: {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
  readonly verb?: string;
}): JSX.Element {
  return (
    <form
      class="whole"
      onSubmit={(event) => {
        event.preventDefault();
        const word = new FormData(event.currentTarget).get('value');
        if (typeof word === 'string' && /^\d+$/.test(word)) set(Number(word));
      }}
    >
      <label>
        {label} <input name="value" inputMode="numeric" pattern="\d+" defaultValue={String(value)} />
      </label>
      <button type="submit">{verb}</button>
    </form>
  );
}

/** The lines that repeat the session at the prompt. */
function Repeat({ camp }: { readonly camp: Camp }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const text = camp.script.join('\n');
  return (
    <details class="repeat">
      <summary>Repeat it at the prompt</summary>
      <pre data-panel="script">{text}</pre>
      <div class="deeds">
        <button type="button" onClick={() => save('session.txt', `${text}\n`)}>
          Save
        </button>
        <button
          type="button"
          onClick={() =>
            void navigator.clipboard?.writeText(location.href).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          {isCopied ? 'Copied' : 'Copy the link'}
        </button>
      </div>
    </details>
  );
}

/** What an order is saved as, each by the name of its file. */
const FORMATS = [['SVG', 'order.svg'], ['Mermaid', 'order.mmd'], ['ShiViz', 'order.shiviz.txt'], ['JSON lines', 'order.jsonl']] as const;

/** The order that is looked at, in files. */
function Export(): JSX.Element {
  const write = (file: string): void => {
    const { order, fork } = now();
    const shown = fork?.order ?? order;
    if (shown === undefined) return;
    void withMore().then(({ FORMATS: textOf }) =>
      save(file, textOf[file]!(shown.trace), file.endsWith('.svg') ? 'image/svg+xml' : 'text/plain'),
    );
  };
  const picture = (): void => {
    // Of a changed order, the new one stands last.
    const field = [...document.querySelectorAll<SVGSVGElement>('svg.field')].at(-1);
    if (field !== undefined) save('ring.svg', ringSvg(field), 'image/svg+xml');
  };
  return (
    <details class="repeat">
      <summary>Save what is seen as</summary>
      <div class="deeds">
        <button type="button" onClick={picture}>
          Picture
        </button>
        {FORMATS.map(([name, file]) => (
          <button key={name} type="button" disabled={now().order === undefined} onClick={() => write(file)}>
            {name}
          </button>
        ))}
      </div>
    </details>
  );
}
