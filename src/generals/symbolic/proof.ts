import { canRun, runOf } from './run.ts';
import type { Instance } from './instance.ts';
import { FALSE } from './words.ts';

/**
 * Whether the symbolic run alone proves that these traitors cannot break agreement or validity. False says nothing.
 *
 * A coin is a variable like any other, so what is constant holds however the coins fall. Each message that a traitor may send
 * to a loyal general on a path has a coin of its own, which stands for what the receiver takes it for: the honest order, its
 * counterpart, or the default where it is silent, garbled or late; the first message on a path counts. So every treason
 * that `check/alternatives.ts` lists for these protocols is one of the falls of the coins, whatever the traitors have heard
 * from each other, for their coins do not depend on that. Termination needs no proof: a loyal general decides after its last
 * round, whatever it has heard.
 */
export function isProven(instance: Instance): boolean {
  if (!canRun(instance)) return false;
  const { agreementViolated, validityViolated } = runOf(instance);
  return agreementViolated === FALSE && validityViolated === FALSE;
}
