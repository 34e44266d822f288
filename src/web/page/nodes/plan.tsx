import type { JSX } from 'preact';
import { commandOf, mostOf, type Seeded } from '../../nodes/simulated.ts';
import type { Watched } from '../../nodes/watched.ts';
import { CHOICES } from '../choices.ts';
import { run, stop } from './deeds.ts';
import type { Runner } from './runner.ts';
import { Saving } from './saving.tsx';
import type { NodesShown } from './shown.ts';
import { msText } from './track.tsx';

interface PlanProps {
  readonly shown: NodesShown;
  readonly runner: Runner;
}

/** What is run, what goes wrong there, and what came of it. What can be run stands back where a file is looked at. */
export function PlanPanel({ shown, runner }: PlanProps): JSX.Element {
  if (shown.file === undefined)
    return (
      <>
        <section class="panel camp" aria-label="What is run" data-panel="plan">
          <Choosing shown={shown} runner={runner} />
        </section>
        <CameOfIt shown={shown} />
      </>
    );
  return (
    <>
      <CameOfIt shown={shown} />
      <details class="panel repeat">
        <summary>Run something instead</summary>
        <section class="camp" aria-label="What is run" data-panel="plan">
          <Choosing shown={shown} runner={runner} />
        </section>
      </details>
    </>
  );
}

/** What can be run. */
function Choosing({ shown, runner }: PlanProps): JSX.Element {
  const { seeded, watched, isBusy, file, reached } = shown;
  const choice = CHOICES.find(({ name }) => name === seeded.system);
  const begin = (change: Partial<Seeded>): void => run(runner, { seeded: { ...seeded, ...change }, at: 0, who: undefined });
  return (
    <>
      <label>
        runs{' '}
        <select
          value={seeded.system}
          onChange={(event) => {
            const system = event.currentTarget.value;
            begin({ system, n: CHOICES.find(({ name }) => name === system)!.members, kind: undefined });
          }}
        >
          {CHOICES.map(({ name, summary }) => (
            <option key={name} value={name} title={summary}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="note">{choice?.summary}</p>
      <div class="two-wholes">
        <Whole name="nodes" value={seeded.n} min={1} max={mostOf(seeded.system)} to={(n) => begin({ n })} />
        <Whole name="seed" value={seeded.seed} min={0} max={Number.MAX_SAFE_INTEGER} to={(seed) => begin({ seed })} />
      </div>
      <label>
        Byzantine{' '}
        <select
          value={seeded.kind ?? ''}
          onChange={(event) => begin({ kind: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
        >
          <option value="">as drawn</option>
          {choice?.kinds.map((kind) => (
            <option key={kind} value={kind}>
              {kind}
            </option>
          ))}
        </select>
      </label>
      <div class="deeds">
        {isBusy ? (
          <button type="button" onClick={() => stop(runner)}>
            Stop
          </button>
        ) : (
          <button type="button" class="play" onClick={() => begin({ seed: file === undefined ? seeded.seed + 1 : seeded.seed })}>
            {file === undefined ? 'Next seed' : 'Run this'}
          </button>
        )}
      </div>
      {isBusy && watched !== undefined && (
        <p class="note" role="status">
          It goes on: {msText(reached ?? 0)} have run so far. What there is can be looked at.
        </p>
      )}
    </>
  );
}

/** What is looked at, and what came of it. */
function CameOfIt({ shown: { seeded, watched, file, missing } }: Pick<PlanProps, 'shown'>): JSX.Element {
  const choice = CHOICES.find(({ name }) => name === seeded.system);
  if (watched === undefined) return <></>;
  return (
    <section class="panel" aria-label="Plan and verdict" data-panel="verdict">
      {file !== undefined && <h2>{file}</h2>}
      <Judged watched={watched} />
      <p class="about">{watched.run.head.about}.</p>
      {watched.run.head.remarks.map((remark) => (
        <p key={remark} class="note">
          {remark}
        </p>
      ))}
      {missing !== undefined && <p class="note">{missing}</p>}
      {file === undefined && (
        <details class="repeat">
          <summary>Repeat it at a terminal</summary>
          <pre>{commandOf(seeded, choice?.word ?? seeded.system, watched.isViolated)}</pre>
        </details>
      )}
      <Saving watched={watched} />
    </section>
  );
}

/** What came of it, as the prompt says it. */
function Judged({
  watched: {
    isViolated,
    run: {
      judgement: { text },
    },
  },
}: {
  readonly watched: Watched;
}): JSX.Element {
  const type = isViolated ? 'violated' : text.startsWith('Unknown') ? 'unknown' : 'holds';
  return (
    <p class={`judged ${type}`}>
      <span aria-hidden="true">{{ holds: '✓', violated: '✗', unknown: '?' }[type]}</span> {text}
    </p>
  );
}

interface WholeProps {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly to: (value: number) => void;
}

/** A whole number that takes effect when it is entered. */
function Whole({ name, value, min, max, to }: WholeProps): JSX.Element {
  const take = (input: HTMLInputElement): void => {
    const next = input.valueAsNumber;
    if (Number.isSafeInteger(next) && next >= min && next <= max) to(next);
    else input.value = String(value);
  };
  return (
    <div class="whole">
      <label>
        {name} <input type="number" min={min} max={max} value={value} onChange={(event) => take(event.currentTarget)} />
      </label>
    </div>
  );
}
