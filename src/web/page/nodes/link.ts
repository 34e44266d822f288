import { mostOf } from '../../nodes/simulated.ts';
import { wholeIn } from '../address.ts';
import { CHOICES } from '../choices.ts';
import { NOTHING_SHOWN, type NodesAddress } from './shown.ts';

/** Reads what a link says of a run of nodes; what is missing or no good is as at the beginning. */
export function nodesIn(fields: URLSearchParams): NodesAddress {
  const whole = wholeIn(fields);
  const usual = NOTHING_SHOWN.seeded;
  const named = (system: string | null): (typeof CHOICES)[number] | undefined => CHOICES.find(({ name }) => name === system);
  const choice = named(fields.get('system')) ?? named(usual.system)!;
  const kind = choice.kinds.find((one) => one === fields.get('kind'));
  return {
    seeded: {
      system: choice.name,
      n: whole('n', 1, mostOf(choice.name)) ?? choice.members,
      seed: whole('seed', 0, Number.MAX_SAFE_INTEGER) ?? usual.seed,
      ...(kind === undefined ? {} : { kind }),
    },
    at: whole('at', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    who: whole('who', 0, Number.MAX_SAFE_INTEGER),
  };
}
