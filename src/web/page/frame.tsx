import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { now, set, type State } from './store.ts';

/** One of the things that a page has to look at. */
interface Tab {
  readonly name: string;
  readonly title: string;
  readonly choose?: () => void;
}

/** A key, or several, and what they do. */
export type KeyRow = readonly [keys: string, deed: string];

interface FrameProps {
  readonly state: State;
  readonly isLive: boolean;
  readonly tabs: readonly Tab[];
  /** The name of the tab that is looked at. */
  readonly view: string;
  readonly keys: readonly KeyRow[];
  readonly children: ComponentChildren;
  /** What stands below, whatever is looked at. */
  readonly below?: ComponentChildren;
}

/** What is around all that a page shows: its head, what went wrong, and its keys. */
export function Frame({ state: { isHelpOpen, isLost, mistake }, isLive, tabs, view, keys, children, below }: FrameProps): JSX.Element {
  return (
    <>
      <header>
        <h1>
          generals <small>{isLive ? 'live, beside the prompt' : 'in virtual time'}</small>
        </h1>
        <nav role="tablist" aria-label="Views">
          {tabs.map(({ name, title, choose }) => (
            <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === view} aria-controls="view" onClick={choose}>
              {title}
            </button>
          ))}
        </nav>
        <button type="button" class="help" aria-expanded={isHelpOpen} onClick={() => set({ isHelpOpen: !isHelpOpen })}>
          Keys
        </button>
      </header>
      {isLost && (
        <p class="mistake" role="alert">
          The prompt behind this page does not answer. It is asked again until it does.
        </p>
      )}
      {mistake !== undefined && (
        <p class="mistake" role="alert">
          {mistake}{' '}
          <button type="button" class="plain" aria-label="Put away" onClick={() => set({ mistake: undefined })}>
            ×
          </button>
        </p>
      )}
      {isHelpOpen && <Keys rows={keys} />}
      <main>
        <div id="view" role="tabpanel" aria-labelledby={`tab-${view}`} class={`view-${view}`}>
          {children}
        </div>
      </main>
      {below}
    </>
  );
}

/** What is shown as long as there is nothing to look at. */
export const Waiting = ({ state: { isLost, mistake }, text }: { readonly state: State; readonly text: string }): JSX.Element => (
  <main class="waiting">
    <p>{isLost ? 'Whoever serves this page does not answer.' : (mistake ?? text)}</p>
  </main>
);

/** What all pages have. */
const EVERYWHERE: readonly KeyRow[] = [['Esc', 'choose nothing'], ['?', 'these keys']];

const Keys = ({ rows }: { readonly rows: readonly KeyRow[] }): JSX.Element => (
  <dl class="keys panel">
    {[...rows, ...EVERYWHERE].flatMap(([keys, deed]) => [<dt key={keys}>{keys}</dt>, <dd key={deed}>{deed}</dd>])}
  </dl>
);

/** Hears the keys that no field takes. @param press which says whether it took one */
export function useKeys(press: (key: string, isShifted: boolean) => boolean): void {
  const current = useRef(press);
  current.current = press;
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (ctrlKey || metaKey || altKey || (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))) return;
      // A button is pressed by space as ever.
      if (key === ' ' && target instanceof HTMLButtonElement) return;
      if (key === 'Escape') set({ isHelpOpen: false });
      if (key === '?') set({ isHelpOpen: !now().isHelpOpen });
      else if (key === '/') document.getElementById('line')?.focus();
      else if (!current.current(key, shiftKey)) return;
      event.preventDefault();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
}
