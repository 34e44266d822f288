import { UsageError, mustBeOptions, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals simulate`: which replicas, under which schedules. */
export interface SimulateOrder {
  readonly protocol: string;
  readonly members: number;
  readonly seed: number;
  /** How many seeds, from that one on. */
  readonly schedules: number;
  /** The only Byzantine kind; any if undefined. */
  readonly kind: string | undefined;
  /** The file to write what happened to, if there is one. */
  readonly trace: string | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

/** More replicas than this make no schedule more telling. */
const MEMBERS_MAX = 256;

export const simulate = faceOf({
  name: 'simulate',
  usage: `
generals simulate [options]       let replicas agree on a log in virtual time, through faults drawn from a seed`,
  help: `
For simulate:
      --protocol <name>  pbft, or collector, also called ccro (pbft)
      --members <n>      how many replicas there are (4), ⌊(n − 1)/3⌋ of them Byzantine
      --seed <n>         the seed that the schedule follows from (1)
      --schedules <n>    try that many seeds, from that one on (1)
      --kind <name>      the only Byzantine kind; any if not given
      --trace <file>     write all that happened under the schedule of one seed, as JSON lines
      --json             one JSON object instead of sentences
      --no-color         no colours`,
  options: {
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    seed: { type: 'string' },
    schedules: { type: 'string' },
    kind: { type: 'string' },
    trace: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  },
  orderOf({ values, positionals }): SimulateOrder {
    mustBeOptions('simulate', positionals);
    const schedules = whole(values.schedules, '--schedules', 1) ?? 1;
    if (schedules > 1 && values.trace !== undefined) throw new UsageError('--trace is for the schedule of one seed: leave out --schedules');
    return {
      protocol: values.protocol?.toLowerCase() ?? 'pbft',
      members: whole(values.members, '--members', 1, MEMBERS_MAX) ?? 4,
      seed: whole(values.seed, '--seed', 0) ?? 1,
      schedules,
      kind: values.kind?.toLowerCase(),
      trace: values.trace,
      json: values.json === true,
      colourless: values['no-color'] === true,
    };
  },
});
