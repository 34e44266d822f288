import type { JSX } from 'preact';
import type { Asker } from './hear.ts';
import { set, type State } from './store.ts';

/** Tries every treason of the army as it stands, and plays the smallest that does harm. */
export function ProofView({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { camp, entries, progress, hello } = state;
  const last = entries.findLast(({ proof }) => proof !== undefined);
  const traitors = camp?.members.filter(({ state: one }) => one.type === 'faulty').map(({ id }) => `G${id}`) ?? [];
  const play = (lines: readonly string[]): void => {
    set({ view: 'army' });
    for (const line of lines) asker.ask({ type: 'line', line });
  };
  return (
    <section class="panel wide" aria-label="Proof" data-panel="proof">
      <h2>Try every treason</h2>
      <p>
        {traitors.length === 0
          ? 'There is no traitor yet: make some in the army view.'
          : `${traitors.join(', ')} may say anything, each to everyone, in every message. Does any of it split the loyal, or turn them from a loyal commander?`}
      </p>
      <div class="deeds">
        <button type="button" class="play" disabled={progress !== undefined} onClick={() => asker.ask({ type: 'line', line: 'g-check' })}>
          Try every treason
        </button>
        <button type="button" disabled={progress === undefined || hello?.isLive === true} onClick={() => asker.ask({ type: 'stop' })}>
          Stop
        </button>
      </div>
      {progress !== undefined && <Bar share={progress.share} text={progress.parts.join(', ')} />}
      {last?.proof !== undefined && (
        <div class={`found ${last.proof.type}`}>
          <h3>{{ holds: '✓ No treason does harm', violated: '✗ A treason does harm', unknown: '? Not known' }[last.proof.type]}</h3>
          <pre>{last.text.trimEnd()}</pre>
          {last.proof.lines.length > 0 && (
            <button type="button" onClick={() => play(last.proof!.lines)}>
              Play the smallest lie
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** How far something has come. */
export function Bar({ share, text }: { readonly share: number | undefined; readonly text: string }): JSX.Element {
  return (
    <p class="bar">
      <progress {...(share === undefined ? {} : { value: share })} max={1} aria-label="How far it has come" />{' '}
      {share === undefined ? '' : `${Math.floor(share * 100)}% `}
      {text}
    </p>
  );
}
