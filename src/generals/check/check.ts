import { UserError } from '../../core/user-error.ts';
import { searchMerging } from './merging.ts';
import { searchPlainly } from './plain.ts';
import { problemOf, type CheckRequest } from './request.ts';
import type { CheckResult, Coverage } from './result.ts';
import { isStructured, searchByStructure } from './structured.ts';

/**
 * A search in steps of some milliseconds, so that who makes them stays free for other things. Each step yields how far it has
 * come; `next(true)` stops it, and the result then says what was covered.
 */
export type Search = Generator<Coverage, CheckResult, boolean | undefined>;

/**
 * Tries every treason of the sets of traitors asked for.
 * @throws UserError if the protocol cannot be run so
 */
export function searchOf(request: CheckRequest): Search {
  const campaign = problemOf(request);
  const { engine = 'auto' } = request;
  const isProved = isStructured(campaign.protocol);
  switch (engine === 'auto' ? (isProved ? 'structured' : 'merging') : engine) {
    case 'plain':
      return searchPlainly(campaign);
    case 'merging':
      return searchMerging(campaign);
    case 'structured':
      if (!isProved) throw new UserError(`the structured engine is proved for exchange and oral, not for '${campaign.protocol.name}'`);
      return searchByStructure(campaign, { isFolding: engine === 'auto' });
    default:
      throw new Error(`there is no engine '${engine}'`);
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
