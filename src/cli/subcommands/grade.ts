import { UsageError, only } from '../arguments.ts';
import { choice, file, flag } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals grade`: what to grade, and what to hold it to. */
export interface GradeOptions {
  /** A file, or the name of a protocol. */
  readonly what: string;
  readonly against: string | undefined;
  readonly json: boolean;
  readonly junit: string | undefined;
  readonly colourless: boolean;
}

export const grade = subcommand({
  name: 'grade',
  forms: [['grade <file|name> [options]', 'say what a protocol is worth: conformance, claims, loyal runs, and every treason within its bound']],
  note: 'The status is 0 where all is well, and 3 where something is not: then the smallest run that shows it is told.',
  options: {
    against: choice('<paper>', 'hold it to what a paper promises', async () => [...(await import('../../generals/grade/papers.ts')).PAPERS, ...(await import('../../own/problems.ts')).PROBLEMS].map(({ name }): string => name), { noun: 'paper', otherwise: 'what it says of itself' }),
    junit: file('write the answers for a build, as JUnit does'),
    json: flag('one JSON object instead of a table'),
    'no-color': flag('no colours'),
  },
  operands: { type: 'files' },
  examples: [
    ['grade exchange --against exchange', 'what our own exchange is worth'],
    ['grade oral --against oral --junit grade.xml', 'OM(m), held to its paper, for a build'],
  ],
  optionsOf({ against, junit, json, 'no-color': colourless }, operands): GradeOptions {
    const what = only('protocol or system', operands);
    if (what === undefined) throw new UsageError('grade needs a protocol: generals grade ./mine.ts');
    return { what, against, junit, json, colourless };
  },
});
