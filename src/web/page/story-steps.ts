import type { Demo } from '../../repl/command.ts';
import type { State } from './store.ts';

/** One step of a story: a sentence or some, and the commands under it. */
interface Step {
  readonly sentences: readonly string[];
  readonly lines: readonly string[];
}

/** The steps of a demo: each comment begins one. */
export function stepsOf({ lines }: Demo): readonly Step[] {
  const steps: { sentences: string[]; lines: string[] }[] = [];
  for (const line of lines) {
    const last = steps.at(-1);
    if (line.startsWith('#')) {
      const sentence = line.replace(/^# */, '');
      if (last === undefined || last.lines.length > 0) steps.push({ sentences: [sentence], lines: [] });
      else last.sentences.push(sentence);
    } else if (line.trim() !== '') {
      if (last === undefined) steps.push({ sentences: [], lines: [line.trim()] });
      else last.lines.push(line.trim());
    }
  }
  return steps;
}

/** The commands of a story up to that step. */
export function storyLines(demos: readonly Demo[], { name, step }: NonNullable<State['story']>): readonly string[] {
  const demo = demos.find((one) => one.name === name);
  return demo === undefined ? [] : stepsOf(demo).slice(0, step + 1).flatMap(({ lines }) => lines);
}
