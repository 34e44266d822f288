import { OURS, type Choice } from '../nodes/simulated.ts';
import { systemsBrought } from '../own.ts';

/** What can be run, ours and then what was brought to this page. */
export const CHOICES: readonly Choice[] = [...OURS, ...systemsBrought()];
