import type { JSX } from 'preact';
import type { Asker } from './hear.ts';
import { set, type State } from './store.ts';
import { stepsOf, storyLines } from './story-steps.ts';

/** Every demo, one step after the other; back, too. */
export function StoryView({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { hello, story } = state;
  const demos = hello?.demos ?? [];
  const demo = demos.find(({ name }) => name === story?.name);
  const go = (name: string, step: number): void => {
    set({ story: { name, step }, who: undefined, why: undefined });
    // A story is played in a camp of its own, as a demo is.
    asker.ask({ type: 'begin', beginning: { count: 4, seed: 1, protocol: 'exchange', lines: storyLines(demos, { name, step }) } });
  };
  if (demo === undefined || story === undefined) {
    return (
      <section class="panel wide stories" aria-label="Stories">
        <h2>Stories</h2>
        <ul>
          {demos.map(({ name, summary }) => (
            <li key={name}>
              <button type="button" class="plain" onClick={() => go(name, 0)}>
                {summary}
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  }
  const steps = stepsOf(demo);
  const step = steps[Math.min(story.step, steps.length - 1)]!;
  return (
    <section class="panel wide story" aria-label="Story" data-panel="story">
      <p class="count">
        {story.step + 1} of {steps.length}{' '}
        <button type="button" class="plain" onClick={() => set({ story: undefined })}>
          all stories
        </button>
      </p>
      {step.sentences.map((sentence, index) => (
        <p key={index} class="told">
          {sentence}
        </p>
      ))}
      <p class="lines">
        {step.lines.map((line) => (
          <code key={line}>{line}</code>
        ))}
      </p>
      <div class="deeds">
        <button type="button" disabled={story.step === 0} onClick={() => go(demo.name, story.step - 1)}>
          Back
        </button>
        <button type="button" class="play" disabled={story.step >= steps.length - 1} onClick={() => go(demo.name, story.step + 1)}>
          Next
        </button>
      </div>
    </section>
  );
}
