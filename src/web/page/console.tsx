import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { State } from './store.ts';

/** What was run, as at the prompt, and a line for more. */
export function Console({ state, run }: { readonly state: State; readonly run: (line: string) => void }): JSX.Element {
  const { entries, progress, hello } = state;
  return (
    <Prompt
      prompt="generals>"
      hint="such as help, actual-order attack, or g-state 3 faulty"
      commands={hello?.commands ?? []}
      by={entries}
      run={run}
    >
      {entries.map(({ line: typed, text, isMistake }, index) => (
        <div key={index}>
          <p class="typed">generals&gt; {typed}</p>
          <pre class={isMistake ? 'wrong' : ''}>{text.trimEnd()}</pre>
        </div>
      ))}
      {progress !== undefined && (
        <p class="progress">
          {progress.share === undefined ? '' : `${Math.floor(progress.share * 100)}% `}
          {progress.parts.join(', ')}
        </p>
      )}
    </Prompt>
  );
}

interface PromptProps {
  readonly prompt: string;
  readonly hint: string;
  readonly commands: readonly (readonly [form: string, summary: string])[];
  /** When this changes, its end is shown. */
  readonly by: unknown;
  readonly run: (line: string) => void;
  readonly children: ComponentChildren;
}

/** A line to type, and above it what was said, for who wants to see that. */
export function Prompt({ prompt, hint, commands, by, run, children }: PromptProps): JSX.Element {
  const [past, setPast] = useState<{ readonly lines: readonly string[]; readonly at: number }>({ lines: [], at: 0 });
  const [isOpen, setOpen] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (end.current !== null) end.current.scrollTop = end.current.scrollHeight;
  }, [by, isOpen]);
  const enter = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = line.current!.value.trim();
    if (text === '') return;
    line.current!.value = '';
    setPast(({ lines }) => ({ lines: [...lines, text].slice(-100), at: Math.min(100, lines.length + 1) }));
    setOpen(true);
    run(text);
  };
  const recall = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(past.lines.length, past.at + step));
    line.current!.value = past.lines[at] ?? '';
    setPast({ ...past, at });
  };
  return (
    <section class="console" aria-label="Prompt">
      {isOpen && (
        <div class="said" ref={end} data-panel="console" tabindex={0} role="log">
          {children}
        </div>
      )}
      <form onSubmit={enter}>
        <label for="line">{prompt}</label>
        <input id="line" ref={line} list="commands" autocomplete="off" spellcheck={false} placeholder={hint} onKeyDown={recall} />
        <datalist id="commands">
          {commands.map(([form]) => (
            <option key={form} value={form.split(' ')[0]} />
          ))}
        </datalist>
        <button type="submit">Run</button>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'} log
        </button>
      </form>
    </section>
  );
}
