/**
 * What is asked of code that somebody brought, and answered: questions, each with its yes or no, the smallest run that shows a no, and its
 * share of the time that there is.
 */
import { CodeFault } from '../../core/code-fault.ts';
import { limited, limitedSteps } from '../limit.ts';

/** What became of one question. */
export interface Answer {
  readonly group: Group;
  readonly question: string;
  /** `open` where time ran out before either: then nothing was found that breaks it. */
  readonly verdict: 'yes' | 'no' | 'open';
  /** What was found, in sentences. */
  readonly found: readonly string[];
  /** The shortest run that shows it, as commands. */
  readonly commands: readonly string[];
}

export type Group = 'conformance' | 'loyal generals' | 'loyal nodes' | 'claims' | 'treason' | 'beyond the bound';

/** How far a grading has come. */
export interface Step {
  readonly done: number;
  readonly total: number;
  readonly question: string;
}

export type Found = Omit<Answer, 'group' | 'question'>;

export interface Question {
  readonly group: Group;
  readonly question: string;
  readonly ask: () => Found | Generator<undefined, Found>;
}

export const YES: Found = { verdict: 'yes', found: [], commands: [] };
export const no = (found: readonly string[], commands: readonly string[] = []): Found => ({ verdict: 'no', found, commands });
/** Why there are no commands where there are none, a sentence each. */
export const UNSEEN = {
  wire: 'no commands show it: only a wire brings that, and nobody can write it',
  twice: 'no run at the prompt shows it: nothing is parsed twice there',
  chance: 'no run that was tried at the prompt shows it: there loyal generals never say that',
  figures: 'no run shows it: that is what it says, and not what it does',
} as const;

export const open = (told: string): Found => ({ verdict: 'open', found: [told], commands: [] });

/** Code did what none may do, and these commands show it. */
export class ShownFault extends Error {
  readonly commands: readonly string[];

  constructor(fault: CodeFault, commands: readonly string[]) {
    super(fault.message);
    this.commands = commands;
  }
}

/** Asks all questions. Between its steps, which take some milliseconds each, other things can be done. */
export function* askAll(questions: readonly Question[]): Generator<Step, readonly Answer[]> {
  const answers: Answer[] = [];
  for (const question of questions) {
    const step = { done: answers.length, total: questions.length, question: question.question };
    yield step;
    const answer = answerTo(question, answers);
    for (let next = answer.next(); ; next = answer.next()) {
      if (next.done === true) {
        answers.push(next.value);
        break;
      }
      yield step;
    }
  }
  return answers;
}

/**
 * Asks one question.
 * @param before what was answered before: nothing more is asked of what does not come back, and nothing of it is earned
 */
export function* answerTo({ group, question, ask }: Question, before: readonly Answer[]): Generator<undefined, Answer> {
  const endless = before.find(({ verdict, found }) => verdict === 'no' && ENDLESS.test(found[0] ?? ''))?.found[0];
  const found: Found = endless === undefined ? yield* asked(ask) : no([`not asked, as ${endless}`]);
  return { group, question, ...found };
}

/** What is said of code that does not come back, or takes too much memory. */
const ENDLESS = /did not come back|of memory by then/;

/** What code does that none may do is an answer, too. */
function* asked(ask: Question['ask']): Generator<undefined, Found> {
  try {
    const begun = limited(ask);
    return 'next' in begun ? yield* limitedSteps(begun) : begun;
  } catch (error) {
    if (error instanceof ShownFault) return no([error.message], error.commands);
    if (error instanceof CodeFault) return no([error.message]);
    if (error instanceof Error) return no([`what it says of its messages does not fit: ${error.message.split('\n')[0]!}`]);
    throw error;
  }
}

/** A time that there is for several questions, each of which may have its share of what is left. */
export interface Allowance {
  /** Milliseconds since some time, or of a processor. */
  readonly clock: () => number;
  /** For how many of these milliseconds answers are sought, in all. */
  readonly patience: number;
}

/**
 * Gives each question its share, in the order in which they are asked. The time begins with the first.
 * @param count how many there are
 * @param least for how many milliseconds each of them is sought, whatever is left
 * @returns what tells whether a share is over, and is asked for once for each
 */
export function shares({ clock, patience }: Allowance, count: number, least: number): () => () => boolean {
  let end: number | undefined;
  let left = count;
  return () => {
    end ??= clock() + patience;
    const until = clock() + Math.max(least, (end - clock()) / Math.max(1, left));
    left -= 1;
    return () => clock() > until;
  };
}
