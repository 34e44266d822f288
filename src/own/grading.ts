import type { Question, Allowance } from '../generals/grade/answers.ts';
import { questionsOf } from '../generals/grade/grade.ts';
import type { Paper } from '../generals/grade/papers.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { questionsOfSystem } from './grade.ts';
import { problemNamed } from './problems.ts';
import { definitionNamed } from './admit.ts';

/** What is asked of a protocol or a system, and by what it is measured. */
export interface Grading {
  readonly questions: readonly Question[];
  readonly heldTo: string;
}

export interface GradingRequest extends Allowance {
  /** What a protocol is held to; what it says of itself, if not given. */
  readonly against: Paper | undefined;
  /** What names a system in a command line. */
  readonly file: string;
}

/** Whichever it is that goes by that name; undefined if nothing does. */
export function gradingOf(name: string, { against, file, ...allowance }: GradingRequest): Grading | undefined {
  const definition = definitionNamed(name);
  if (definition !== undefined) {
    const heldTo = problemNamed(definition.problem ?? '')?.title ?? 'its own judge';
    return { questions: questionsOfSystem({ definition, file, ...allowance }), heldTo };
  }
  const protocol = protocolNamed(name);
  return protocol && { questions: questionsOf({ protocol, against, ...allowance }), heldTo: against?.title ?? 'what it says of itself' };
}
