import { UserError, quoted } from '../core/user-error.ts';

/** In seconds, where nobody says another. */
const DEFAULT = 10;
const [LEAST, MOST] = [0.1, 3600];

let known: number | undefined;

/**
 * For how many milliseconds a piece of work with code of somebody's own is waited for, where there is no deadline of an order: what
 * GENERALS_PATIENCE says in seconds, or ten.
 * @throws UserError if that is none
 */
export const patience = (): number => (known ??= read(process.env['GENERALS_PATIENCE']));

function read(given: string | undefined): number {
  const seconds = given === undefined || given === '' ? DEFAULT : Number(given);
  if (seconds >= LEAST && seconds <= MOST) return seconds * 1000;
  throw new UserError(`GENERALS_PATIENCE is a number of seconds from ${LEAST} to ${MOST}, not ${quoted(given!)}`);
}
