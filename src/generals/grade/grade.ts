/**
 * What a protocol is worth, asked one question after the other: whether it is a protocol at all, what it does among loyal generals, whether
 * it keeps what it says of itself and what a paper says, and whether any treason breaks it. Each answer that is no comes with the
 * smallest run that shows it.
 */
import type { AnyRoundsProtocol } from '../protocol.ts';
import { askAll, shares, type Allowance, type Answer, type Question, type Step } from './answers.ts';
import { claimsOf, loyalOf } from './claims.ts';
import { conformanceOf } from './conformance.ts';
import type { Paper } from './papers.ts';
import { traitors } from './runs.ts';
import { smallestLie, standsAll, standsStrategies, standsStrays } from './treason.ts';

export interface GradeRequest extends Allowance {
  readonly protocol: AnyRoundsProtocol;
  /** What it is held to; what it says of itself, if not given. */
  readonly against?: Paper | undefined;
}

/** Asks all questions about a protocol. */
export const gradeOf = (request: GradeRequest): Generator<Step, readonly Answer[]> => askAll(questionsOf(request));

/** All that is asked of a protocol, in the order in which it is asked. */
export function questionsOf(request: GradeRequest): readonly Question[] {
  const { protocol, against } = request;
  const ms = against?.ms ?? [1, 2].filter((m) => protocol.refuses(protocol.membersNeeded(m), m) === undefined);
  return [...conformanceOf(protocol), ...loyalOf(protocol), ...claimsOf(protocol, against, ms), ...treasonsOf(request, ms)];
}

function treasonsOf(request: GradeRequest, ms: readonly number[]): Question[] {
  const { protocol, against } = request;
  const bound = (m: number): number => against?.members(m) ?? protocol.membersNeeded(m);
  const until = shares(request, ms.length * 2, LEAST);
  const outOfTurn: Question = {
    group: 'treason',
    question: 'nothing that is said out of turn breaks it',
    ask: () => standsStrays(protocol, ms, bound),
  };
  const within = ms.map((m): Question => ({
    group: 'treason',
    question: `no treason of ${traitors(m)} among ${bound(m)} breaks it`,
    ask: () => standsAll({ protocol, m, n: bound(m), until }),
  }));
  const beyond = ms.filter((m) => bound(m) - 1 > m + 1).map((m): Question => ({
    group: 'beyond the bound',
    question: `the smallest lie of ${traitors(m)} among ${bound(m) - 1}`,
    ask: () => smallestLie({ protocol, m, n: bound(m) - 1, until }),
  }));
  return [
    { group: 'treason', question: 'no mix of our strategies breaks it within its bound', ask: () => standsStrategies(protocol, ms, bound) },
    ...(ms.length > 0 ? [outOfTurn] : []),
    ...within,
    ...beyond,
  ];
}

/** For how many milliseconds each search goes on, whatever is left of the time. */
const LEAST = 500;
