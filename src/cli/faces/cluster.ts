import { UsageError, mustBeOptions, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals cluster`: which replicas to start, and how. */
export interface ClusterOrder {
  /** What of these is not said is as in the cluster of `data`, if there is one. */
  readonly protocol: string | undefined;
  readonly members: number | undefined;
  /** How many are traitors, and in which way. */
  readonly byzantine: number | undefined;
  readonly kind: string | undefined;
  /** Which are traitors, if that is said. */
  readonly traitors: readonly number[] | undefined;
  /** Who commands first. */
  readonly commander: number | undefined;
  /** How many requests share an order. */
  readonly batch: number | undefined;
  /** Milliseconds that a request may wait before its commander is suspected. */
  readonly timeout: number | undefined;
  readonly host: string;
  readonly port: number;
  readonly data: string | undefined;
  /** Whether each replica is a process, not a thread. */
  readonly processes: boolean;
  /** Where the nodes are, if only the files of a cluster are wanted. */
  readonly urls: readonly string[] | undefined;
  readonly compare: boolean;
  readonly json: boolean;
}

/** More replicas than this no machine serves over HTTP, each with a connection to each other. */
export const REPLICAS_MAX = 128;

export const cluster = faceOf({
  name: 'cluster',
  usage: `
generals cluster [options]        start replicas over HTTP, which agree on a log of requests, until Ctrl-C`,
  help: `
For cluster (GET /status, /status?full and /metrics at every node; POST /preprepare at the commander):
      --protocol <name>  pbft, or collector for its linear variant (pbft)
      --members <n>      how many replicas there are (4)
      --byzantine <k>    how many of them are traitors (0): the last ones, or
      --traitors <ids>   these, such as 0,2
      --kind <kind>      in which way: offline, malicious … (offline)
      --commander <id>   who commands first (0)
      --port <port>      the port of node 0, the others' behind it; 0 lets the system choose (8080)
      --host <address>   where to listen (127.0.0.1); anything else opens the nodes to the network
      --data <folder>    keep each node's promises on disk, and go on with those of an earlier run
      --processes        each replica is a process, not a thread
      --batch <n>        how many requests may share a place in the log
      --timeout <ms>     how long a request may wait before its commander is suspected (1000)
      --urls <a,b,…>     write the files of a cluster at these URLs to --data, and start nothing
      --compare          run both protocols on the same requests, and draw messages and latency against n
      --json             facts as JSON lines`,
  options: {
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    byzantine: { type: 'string' },
    kind: { type: 'string' },
    traitors: { type: 'string' },
    commander: { type: 'string' },
    batch: { type: 'string' },
    timeout: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    data: { type: 'string' },
    processes: { type: 'boolean' },
    urls: { type: 'string' },
    compare: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  orderOf({ values, positionals }): ClusterOrder {
    mustBeOptions('cluster', positionals);
    const beside = Object.keys(values).find((name) => name !== 'compare' && name !== 'json');
    if (values.compare === true && beside !== undefined) throw new UsageError(`--compare starts clusters of its own, and takes no option beside it but --json: leave out --${beside}`);
    return {
      protocol: values.protocol?.toLowerCase(),
      members: whole(values.members, '--members', 1, REPLICAS_MAX),
      byzantine: whole(values.byzantine, '--byzantine', 0, REPLICAS_MAX),
      kind: values.kind?.toLowerCase(),
      traitors: values.traitors?.split(',').map((word) => whole(word, 'each of --traitors', 0, REPLICAS_MAX)!),
      commander: whole(values.commander, '--commander', 0, REPLICAS_MAX),
      batch: whole(values.batch, '--batch', 1, 1000),
      timeout: whole(values.timeout, '--timeout', 10, 3_600_000),
      host: values.host ?? '127.0.0.1',
      port: whole(values.port, '--port', 0, 65_535) ?? 8080,
      data: values.data,
      processes: values.processes === true,
      urls: values.urls?.split(','),
      compare: values.compare === true,
      json: values.json === true,
    };
  },
});
