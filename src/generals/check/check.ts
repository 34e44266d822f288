import { UserError } from '../../core/user-error.ts';
import { limitedSteps } from '../limit.ts';
import { withClaimsKept } from './claims.ts';
import { searchMerging } from './merging.ts';
import { searchPlainly } from './plain.ts';
import { NO_PROOF, proofOf, type ProofOf } from './proven.ts';
import { problemOf, type CheckRequest, type Problem } from './request.ts';
import type { CheckResult, Coverage } from './result.ts';
import { searchByStructure } from './structured.ts';
import { differenceFromTree } from './tree-model.ts';

/**
 * A search in steps of some milliseconds, so that who makes them stays free for other things. Each step yields how far it has
 * come; `next(true)` stops it, and the result then says what was covered.
 */
export type Search = Generator<Coverage, CheckResult, boolean | undefined>;

/**
 * Tries every treason of the sets of traitors asked for.
 * @throws UserError if the protocol cannot be run so
 */
export const searchOf = (request: CheckRequest): Search => limitedSteps(searching(problemOf(request), request.engine));

function searching(problem: Problem, engine: CheckRequest['engine'] = 'auto'): Search {
  switch (engine) {
    case 'auto':
      return searchByProof(problem);
    case 'plain':
      return searchPlainly(withClaimsKept(problem));
    case 'merging':
      return searchMerging(withClaimsKept(problem));
    case 'structured':
      if (problem.protocol.tree === undefined) throw new UserError(`the structured engine is for protocols that pass orders on along paths: the messages of ${problem.protocol.name} make no tree`);
      return searchStructured(problem);
    default:
      throw new Error(`there is no engine '${String(engine)}'`);
  }
}

/** What the code proves on symbols needs no search; the smallest lie of what is left is found by structure, or by merging. */
function* searchByProof(problem: Problem): Search {
  const proof = yield* proofOf(problem);
  if (proof === undefined) return { type: 'unknown', reason: 'stopped', engine: 'merging', covered: 0n, treasons: undefined };
  if (proof.isWhole && proof.proven !== undefined) return { type: 'holds', engine: 'symbolic', treasons: proof.proven.treasons, proven: proof.proven };
  return yield* problem.protocol.tree === undefined ? searchLeft(proof.kept ?? problem, proof) : searchStructured(problem, proof);
}

/** Where something is known to break, what a protocol claims is asked for only if the word of the search hangs on it. */
function* searchLeft(problem: Problem, proof: ProofOf): Search {
  if (proof.broken === undefined) return yield* searchMerging(withClaimsKept(problem), proof);
  const result = yield* searchMerging(problem, proof);
  if (result.type === 'violated' && !result.isSmallest) return result;
  const kept = withClaimsKept(problem);
  return kept === problem ? result : yield* searchMerging(kept, proof);
}

function* searchStructured(problem: Problem, proof = NO_PROOF): Search {
  const comparison = differenceFromTree(problem);
  for (let step = comparison.next(); ; step = comparison.next()) {
    if (step.done === true) {
      if (step.value === undefined) return yield* searchByStructure(problem, proof);
      return { ...(yield* searchLeft(problem, proof)), aside: step.value };
    }
    if ((yield { covered: 0n, treasons: undefined }) === true) return { type: 'unknown', reason: 'stopped', engine: 'structured', covered: 0n, treasons: undefined };
  }
}

/** What is asked between the steps of a search. */
export interface Watch {
  readonly shouldStop?: () => boolean;
  readonly progress?: (coverage: Coverage) => void;
}

/** The same at one go. */
export function check(request: CheckRequest, { shouldStop = () => false, progress }: Watch = {}): CheckResult {
  const search = searchOf(request);
  for (let step = search.next(); ; step = search.next(shouldStop())) {
    if (step.done === true) return step.value;
    progress?.(step.value);
  }
}
