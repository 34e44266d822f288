import { UsageError, only, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals replay`: which order of which campaign. */
export interface ReplayOrder {
  readonly file: string;
  readonly cell: string | undefined;
  /** The order's number in its cell. */
  readonly number: number | undefined;
  /** The seed of the cell, which may stand in the place of its name. */
  readonly seed: number | undefined;
  readonly colourless: boolean;
}

export const replay = faceOf({
  name: 'replay',
  usage: `
generals replay <results> [options] show one order of a campaign`,
  help: `
For replay (the first violation, unless said otherwise):
      --cell <id>        the cell, such as exchange-m1-n4-f1-coin
      --order <number>   the order's number in its cell
      --seed <n>         the seed of the cell, in the place of its name
      --no-color         no colours`,
  options: { cell: { type: 'string' }, order: { type: 'string' }, seed: { type: 'string' }, 'no-color': { type: 'boolean' } },
  orderOf({ values, positionals }): ReplayOrder {
    const file = only('file of results', positionals);
    if (file === undefined) throw new UsageError('replay needs the results of a campaign: generals replay <results.json>');
    return {
      file,
      cell: values.cell,
      number: whole(values.order, '--order', 1, 2 ** 32 - 1),
      seed: whole(values.seed, '--seed', 0),
      colourless: values['no-color'] === true,
    };
  },
});
