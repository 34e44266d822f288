import { PROCESSES_MAX, THREADS_MAX, roomFor } from '../../hosts/processes/room.ts';
import { UsageError, mustBeOptions, whole } from '../arguments.ts';
import { faceOf } from '../face.ts';

/** `generals cluster`: which replicas to start, and how. */
export interface ClusterOrder {
  readonly type: 'cluster';
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
  readonly json: boolean;
}

/** `generals cluster --compare`: which clusters to measure. */
export interface CompareOrder {
  readonly type: 'compare';
  readonly protocols: readonly string[];
  readonly members: readonly number[];
  /** How many are traitors; `f` for as many as each cluster stands. */
  readonly byzantine: number | 'f';
  readonly kind: string | undefined;
  readonly batch: number;
  readonly requests: number;
  readonly timeout: number | undefined;
  /** The folder for the picture and the table, if they are wanted. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** More replicas than this have more clients than PBFT's state has room for, eight for each. */
export const REPLICAS_MAX = 128;

export const cluster = faceOf({
  name: 'cluster',
  usage: `
generals cluster [options]        start replicas over HTTP, which agree on a log of requests, until Ctrl-C`,
  help: `
For cluster (GET /status, /status?full and /metrics at every node; POST /preprepare at the commander):
      --protocol <name>  pbft, or collector, also called ccro, for its linear variant (pbft)
      --members <n>      how many replicas there are, at most ${REPLICAS_MAX} (4); from ${THREADS_MAX + 1} on they share threads
      --byzantine <k>    how many of them are traitors (0): the last ones, or
      --traitors <ids>   these, such as 0,2
      --kind <kind>      in which way: offline, malicious, equivocate, stale, off-by-one, replay,
                         silent-collector, forged-certificate, impostor, selective, restless, flood, forgetful
                         or twins (offline)
      --commander <id>   who commands first (0)
      --port <port>      the port of node 0, the others' behind it; 0 lets the system choose (8080)
      --host <address>   where to listen (127.0.0.1); anything else opens the nodes to the network
      --data <folder>    keep each node's promises on disk, and go on with those of an earlier run
      --processes        each replica is a process, not a thread: at most ${PROCESSES_MAX}
      --batch <n>        how many requests may share a place in the log, 1 to 1000 (100)
      --timeout <ms>     how long a request may wait before its commander is suspected (1000, and 5 n² more, up to 17000)
      --urls <a,b,…>     write the files of a cluster at these URLs to --data, and start nothing
      --compare          measure what a request costs in messages, bytes, CPU time and time to its answer, among clusters
                         that come and go: protocol and members may be lists then (pbft,collector and 4,7,10,13),
                         byzantine may be f, as many as each stands, and so many as a batch holds (1) are asked at once
      --requests <n>     with --compare, how many are measured, 1 to 10000 (20)
      --out <folder>     with --compare, write comparison.svg and comparison.csv there
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
    requests: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean' },
  },
  orderOf({ values, positionals }): ClusterOrder | CompareOrder {
    mustBeOptions('cluster', positionals);
    if (values.compare === true) return compareOrder(values);
    const stray = (['requests', 'out'] as const).find((name) => values[name] !== undefined);
    if (stray !== undefined) throw new UsageError(`--${stray} is for --compare`);
    return {
      type: 'cluster',
      protocol: values.protocol?.toLowerCase(),
      members: membersIn(values.members, '--members'),
      byzantine: whole(values.byzantine, '--byzantine', 0, REPLICAS_MAX),
      kind: values.kind?.toLowerCase(),
      traitors: values.traitors?.split(',').map((word) => whole(word, 'each of --traitors', 0, REPLICAS_MAX)!),
      commander: whole(values.commander, '--commander', 0, REPLICAS_MAX),
      batch: whole(values.batch, '--batch', 1, BATCH_MAX),
      timeout: whole(values.timeout, '--timeout', 10, TIMEOUT_MAX),
      host: values.host ?? '127.0.0.1',
      port: whole(values.port, '--port', 0, 65_535) ?? 8080,
      data: values.data,
      processes: values.processes === true,
      urls: values.urls?.split(','),
      json: values.json === true,
    };
  },
});

const BATCH_MAX = 1000;
const TIMEOUT_MAX = 3_600_000;
const REQUESTS_MAX = 10_000;

/** Options that belong to a cluster which goes on, and to none that is only measured. */
const LASTING = ['traitors', 'commander', 'host', 'port', 'data', 'processes', 'urls'] as const;

type Values = Readonly<Partial<Record<'protocol' | 'members' | 'byzantine' | 'kind' | 'batch' | 'requests' | 'timeout' | 'out', string>>> & { readonly json?: boolean } & Readonly<Partial<Record<(typeof LASTING)[number], string | boolean>>>;

function compareOrder(values: Values): CompareOrder {
  const stray = LASTING.find((name) => values[name] !== undefined);
  if (stray !== undefined) throw new UsageError(`--compare starts clusters of its own, and ends them: leave out --${stray}`);
  const byzantine = values.byzantine?.toLowerCase();
  return {
    type: 'compare',
    protocols: (values.protocol ?? 'pbft,collector').toLowerCase().split(','),
    members: (values.members ?? '4,7,10,13').split(',').map((word) => membersIn(word, 'each of --members')!),
    byzantine: byzantine === 'f' ? 'f' : (whole(byzantine, '--byzantine', 0, REPLICAS_MAX) ?? 0),
    kind: values.kind?.toLowerCase(),
    batch: whole(values.batch, '--batch', 1, BATCH_MAX) ?? 1,
    requests: whole(values.requests, '--requests', 1, REQUESTS_MAX) ?? 20,
    timeout: whole(values.timeout, '--timeout', 10, TIMEOUT_MAX),
    out: values.out,
    json: values.json === true,
  };
}

/** A number of replicas. @throws UsageError, which says what more of them would take */
function membersIn(word: string | undefined, what: string): number | undefined {
  const members = whole(word, what, 1);
  if (members === undefined || members <= REPLICAS_MAX) return members;
  const { files, bytes } = roomFor({ members, running: members, separate: false, logged: false });
  throw new UsageError(`${what} is at most ${REPLICAS_MAX}: ${members} nodes would take ${files} open files and ${(bytes / 1e9).toFixed(1)} GB of memory, and more clients than PBFT’s state has room for`);
}
