import { UsageError, mustBeOptions } from '../arguments.ts';
import { file, flag, folder, listed, text, whole, type Words } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { REPLICAS_MAX, kinds } from './cluster.ts';

/** `generals replica`: which replica of which cluster; or the repair of a log. */
export type ReplicaOptions =
  | {
      readonly type: 'replica';
      readonly id: number;
      /** The cluster's file. */
      readonly cluster: string;
      readonly data: string | undefined;
      readonly kind: string | undefined;
      /** What all that it chooses follows from, as a traitor. */
      readonly seed: number | undefined;
      readonly host: string | undefined;
      readonly json: boolean;
    }
  | { readonly type: 'repair'; readonly folder: string };

/** One that is off is not run at all. */
const treasons: Words = async () => (await kinds()).filter((kind) => kind !== 'offline');

export const replica = subcommand({
  name: 'replica',
  forms: [['replica [options]', 'run one replica of a cluster, which may span machines']],
  options: {
    id: whole('<id>', 'which one', { min: 0, max: REPLICAS_MAX - 1 }),
    cluster: file('the cluster’s file, cluster.json'),
    data: folder('its secret and its log', { otherwise: 'replica-<id> beside the file' }),
    kind: text('<kind>', 'be a traitor in that way', { bounds: async () => listed(await treasons()), completes: { type: 'words', words: treasons } }),
    seed: whole('<n>', 'the seed that all its choices as a traitor follow from', { min: 0, otherwise: 'drawn at random' }),
    host: text('<address>', 'where to listen, if not at the address of its URL'),
    repair: folder('cut a damaged log off before the damage, or begin one that is gone anew, and exit'),
    json: flag('facts as JSON lines'),
  },
  examples: [
    ['replica --id 0 --cluster cluster.json', 'node 0 of a cluster whose files cluster --urls has written'],
    ['replica --repair replica-0', 'mend its log, when it was told that this is damaged'],
  ],
  optionsOf({ id, cluster, data, kind, seed, host, repair, json }, operands): ReplicaOptions {
    mustBeOptions('replica', operands);
    if (repair !== undefined) return { type: 'repair', folder: repair };
    if (id === undefined || cluster === undefined) throw new UsageError('replica needs to know which: generals replica --id <id> --cluster <file>');
    return { type: 'replica', id, cluster, data, kind: kind?.toLowerCase(), seed, host, json };
  },
});
