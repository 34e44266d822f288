import { UsageError, mustBeOptions, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';
import { REPLICAS_MAX } from './cluster.ts';

/** `generals replica`: which replica of which cluster; or the repair of a log. */
export type ReplicaOrder =
  | {
      readonly type: 'replica';
      readonly id: number;
      /** The cluster's file. */
      readonly cluster: string;
      readonly data: string | undefined;
      readonly kind: string | undefined;
      readonly host: string | undefined;
      readonly json: boolean;
    }
  | { readonly type: 'repair'; readonly folder: string };

export const replica = faceOf({
  name: 'replica',
  usage: `
generals replica [options]        run one replica of a cluster, which may span machines`,
  help: `
For replica:
      --id <id>          which one
      --cluster <file>   the cluster's file, cluster.json
      --data <folder>    its secret and its log (replica-<id> beside the file)
      --kind <kind>      be a traitor in that way
      --host <address>   where to listen, if not at the address of its URL
      --repair <folder>  cut a damaged log off before the damage, or begin one that is gone anew, and exit
      --json             facts as JSON lines`,
  options: {
    id: { type: 'string' },
    cluster: { type: 'string' },
    data: { type: 'string' },
    kind: { type: 'string' },
    host: { type: 'string' },
    repair: { type: 'string' },
    json: { type: 'boolean' },
  },
  orderOf({ values: { id: word, cluster, data, kind, host, repair, json }, positionals }): ReplicaOrder {
    mustBeOptions('replica', positionals);
    if (repair !== undefined) return { type: 'repair', folder: repair };
    const id = whole(word, '--id', 0, REPLICAS_MAX);
    if (id === undefined || cluster === undefined) throw new UsageError('replica needs to know which: generals replica --id <id> --cluster <file>');
    return { type: 'replica', id, cluster, data, kind: kind?.toLowerCase(), host, json: json === true };
  },
});
