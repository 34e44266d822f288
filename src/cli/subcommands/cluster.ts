import { PROCESSES_MAX, THREADS_MAX, roomFor } from '../../replicas/http/room.ts';
import { UsageError, mustBeOptions, whole as wholeOf } from '../arguments.ts';
import { flag, folder, listed, text, whole, type Values, type Words } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { webOptions, webPort } from '../web-options.ts';

/** `generals cluster`: which replicas to start, and how. */
export interface ClusterOptions {
  readonly type: 'cluster';
  /** What of these is not said is as in the cluster of `data`, if there is one. */
  readonly protocol: string | undefined;
  readonly members: number | undefined;
  /** How many are traitors, and in which way. */
  readonly byzantine: number | undefined;
  readonly kind: string | undefined;
  /** Which are traitors, if that is said. */
  readonly traitors: readonly number[] | undefined;
  /** What all that they choose follows from. */
  readonly seed: number | undefined;
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
  /** The port of a page that shows it; undefined if there is none. */
  readonly web: number | undefined;
}

/** `generals cluster --compare`: which clusters to measure. */
export interface CompareOptions {
  readonly type: 'compare';
  readonly protocols: readonly string[];
  readonly members: readonly number[];
  /** How many are traitors; `f` for as many as each cluster stands. */
  readonly byzantine: number | 'f';
  readonly kind: string | undefined;
  /** What all that they choose follows from. */
  readonly seed: number | undefined;
  readonly batch: number;
  readonly requests: number;
  readonly timeout: number | undefined;
  /** The folder for the picture and the table, if they are wanted. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** More replicas than this have more clients than PBFT's state has room for, eight for each. */
export const REPLICAS_MAX = 128;

const BATCH_MAX = 1000;

/** The ways of being a traitor that some protocol of replicas has. */
export const kinds: Words = async () => {
  const [{ serviceNamed }, { OFFLINE }] = await Promise.all([import('../../replicas/http/services.ts'), import('../../replicas/http/cluster.ts')]);
  return [...new Set([OFFLINE, ...serviceNamed('pbft').strategies, ...serviceNamed('collector').strategies])];
};

const OPTIONS = {
  protocol: text('<name>', 'the protocol; ccro is another name for collector, PBFT’s linear variant', { bounds: 'pbft or collector', otherwise: 'pbft', completes: { type: 'words', words: async () => ['pbft', 'collector'] } }),
  members: text('<n>', `how many replicas there are; from ${THREADS_MAX + 1} on they share threads`, { short: 'n', bounds: `1 to ${REPLICAS_MAX}`, otherwise: '4' }),
  byzantine: text('<k>', 'how many of them are traitors, the last ones', { bounds: `0 to ${REPLICAS_MAX}`, otherwise: '0' }),
  traitors: text('<ids>', 'which of them are traitors, such as 0,2', { bounds: `each 0 to ${REPLICAS_MAX - 1}` }),
  kind: text('<kind>', 'in which way', { bounds: async () => listed(await kinds()), otherwise: 'offline', completes: { type: 'words', words: kinds } }),
  seed: whole('<n>', 'the seed that all choices of traitors follow from', { min: 0, otherwise: 'drawn at random' }),
  commander: whole('<id>', 'who commands first', { min: 0, max: REPLICAS_MAX - 1, otherwise: '0' }),
  port: whole('<port>', 'the port of node 0, the others’ behind it; 0 lets the system choose', { min: 0, max: 65_535, fallback: 8080 }),
  host: text('<address>', 'where to listen; anything but the usual opens the nodes to the network', { otherwise: '127.0.0.1' }),
  data: folder('keep each node’s promises on disk, and go on with those of an earlier run'),
  processes: flag(`each replica is a process, not a thread: at most ${PROCESSES_MAX}`),
  batch: whole('<n>', 'how many requests may share a sequence number in the log', { min: 1, max: BATCH_MAX, otherwise: '100' }),
  timeout: whole('<ms>', 'how long a request may wait before its commander is suspected', { min: 10, max: 3_600_000, otherwise: '1000, and 5 n² more, up to 17000' }),
  urls: text('<a,b,…>', 'write the files of a cluster at these URLs to --data, and start nothing'),
  compare: flag('measure what a request costs among clusters that come and go'),
  requests: whole('<n>', 'with --compare, how many are measured', { min: 1, max: 10_000, otherwise: '20' }),
  out: folder('with --compare, write comparison.svg and comparison.csv there'),
  ...webOptions('the cluster'),
  json: flag('facts as JSON lines'),
} as const;

export const cluster = subcommand({
  name: 'cluster',
  forms: [['cluster [options]', 'start replicas over HTTP, which agree on a log of requests, until Ctrl-C']],
  note: 'GET /status, /status?full and /metrics at every node; POST /preprepare at the commander. --compare measures messages, bytes, CPU time and time to the answer. Beside it --protocol and --members may be lists (pbft,collector and 4,7,10,13), --byzantine may be f, as many as each cluster stands, and as many requests as --batch says (1) are asked at once.',
  options: OPTIONS,
  examples: [
    ['cluster --byzantine 1', 'four replicas, one of them off, which wait for requests'],
    ['cluster --port 0 --web', 'four, and a page that shows them, and asks them what is typed'],
    ['cluster --members 7 --port 0 --json', 'seven, at ports that the system chooses; facts for programs'],
  ],
  optionsOf(values, operands, given): ClusterOptions | CompareOptions {
    mustBeOptions('cluster', operands);
    if (values.compare) return compareOrder(values, given);
    const stray = (['requests', 'out'] as const).find((name) => values[name] !== undefined);
    if (stray !== undefined) throw new UsageError(`--${stray} is for --compare`);
    const { seed, commander, batch, timeout, port, data, processes, json } = values;
    return {
      type: 'cluster',
      protocol: values.protocol?.toLowerCase(),
      members: membersIn(values.members, '--members'),
      byzantine: wholeOf(values.byzantine, '--byzantine', 0, REPLICAS_MAX),
      kind: values.kind?.toLowerCase(),
      traitors: values.traitors?.split(',').map((word) => wholeOf(word, 'each of --traitors', 0, REPLICAS_MAX - 1)!),
      host: values.host ?? '127.0.0.1',
      urls: values.urls?.split(','),
      seed, commander, batch, timeout, port, data, processes, json,
      web: webPort(values),
    };
  },
});

/** Options that belong to a cluster which goes on, and to none that is only measured. */
const LASTING = ['traitors', 'commander', 'host', 'port', 'data', 'processes', 'urls', 'web', 'web-port'] as const;

function compareOrder(values: Values<typeof OPTIONS>, given: readonly string[]): CompareOptions {
  const stray = LASTING.find((name) => given.includes(name));
  if (stray !== undefined) throw new UsageError(`--compare starts clusters of its own, and ends them: leave out --${stray}`);
  const byzantine = values.byzantine?.toLowerCase();
  const { seed, batch = 1, requests = 20, timeout, out, json } = values;
  return {
    type: 'compare',
    protocols: (values.protocol ?? 'pbft,collector').toLowerCase().split(','),
    members: (values.members ?? '4,7,10,13').split(',').map((word) => membersIn(word, 'each of --members')!),
    byzantine: byzantine === 'f' ? 'f' : (wholeOf(byzantine, '--byzantine', 0, REPLICAS_MAX) ?? 0),
    kind: values.kind?.toLowerCase(),
    seed, batch, requests, timeout, out, json,
  };
}

/** A number of replicas. @throws UsageError, which says what more of them would take */
function membersIn(word: string | undefined, what: string): number | undefined {
  const members = wholeOf(word, what, 1);
  if (members === undefined || members <= REPLICAS_MAX) return members;
  const { files, bytes } = roomFor({ members, running: members, separate: false, logged: false });
  throw new UsageError(`${what} is at most ${REPLICAS_MAX}: ${members} nodes would take ${files} open files and ${(bytes / 1e9).toFixed(1)} GB of memory, and more clients than PBFT’s state has room for`);
}
