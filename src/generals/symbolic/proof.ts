import type { Instance } from './instance.ts';
import { canRun, runOf, type Run, type Treachery } from './run.ts';
import { FALSE } from './words.ts';

/**
 * Whether a run of the protocol's code on symbols alone proves that these traitors cannot break agreement or validity. False says
 * nothing.
 *
 * What a traitor says in the place of each of its honest messages is a symbol: attack, retreat or nothing, and behind it another
 * such. So what is constant holds whatever the traitors say under the labels of their honest messages, whatever they have
 * heard. Termination is proven with it: a loyal general that decides nothing ends the run.
 */
export function isProven(instance: Instance): boolean {
  const run = attempted(instance, 'anything');
  return run !== undefined && run.agreementViolated === FALSE && run.validityViolated === FALSE;
}

/**
 * A run on symbols; undefined where the protocol is too large for one, or does not keep to the algebra.
 * @param most how many messages it may have
 */
export function attempted(instance: Instance, treachery: Treachery, most?: number): Run | undefined {
  if (!canRun(instance, most)) return undefined;
  try {
    return runOf(instance, treachery);
  } catch {
    // Whatever it throws: code that meets a symbol where it expects an order may stumble over anything.
    return undefined;
  }
}
