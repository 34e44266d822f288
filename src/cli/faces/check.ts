import { parseOrder, type Order } from '../../core/order.ts';
import { quoted } from '../../core/refusal.ts';
import { UsageError, mustBeOptions, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals check`: what to search, and where to write what is found. */
export interface CheckOrder {
  readonly protocol: string;
  readonly members: number;
  readonly faults: number;
  readonly m: number | undefined;
  readonly order: Order | undefined;
  readonly engine: string;
  readonly save: string | undefined;
  readonly json: boolean;
  readonly colourless: boolean;
}

/** More generals than this no search gets through. */
const MEMBERS_MAX = 256;

export const check = faceOf({
  name: 'check',
  usage: `
generals check [options]          try every treason, and prove that the generals agree or show the smallest lie that
                                  splits them`,
  help: `
For check:
      --protocol <name>  the protocol (exchange)
      --members <n>      how many generals there are (4)
      --faults <f>       try every set of at most that many traitors (1)
      --m <m>            how many traitors the protocol is run to stand (as --faults)
      --order <order>    attack or retreat only; both if not given
      --engine <engine>  auto, which folds symbolic runs and searches the rest; structured, merging, or plain (auto)
      --save <file>      write a violation as a script that repeats it
      --json             one JSON object instead of sentences
      --no-color         no colours`,
  options: {
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    faults: { type: 'string', short: 'f' },
    m: { type: 'string', short: 'm' },
    order: { type: 'string' },
    engine: { type: 'string' },
    save: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  },
  orderOf({ values, positionals }): CheckOrder {
    mustBeOptions('check', positionals);
    const order = parseOrder(values.order?.toLowerCase());
    if (values.order !== undefined && order === undefined) throw new UsageError(`--order is attack or retreat, not ${quoted(values.order)}`);
    const members = whole(values.members, '--members', 1, MEMBERS_MAX) ?? 4;
    return {
      protocol: values.protocol?.toLowerCase() ?? 'exchange',
      members,
      faults: whole(values.faults, '--faults', 0, members) ?? 1,
      m: whole(values.m, '--m', 0),
      order,
      engine: values.engine?.toLowerCase() ?? 'auto',
      save: values.save,
      json: values.json === true,
      colourless: values['no-color'] === true,
    };
  },
});
