import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseOrder, type Order } from '../core/order.ts';
import { parseWhole } from '../core/parse.ts';
import { quoted } from '../core/refusal.ts';

/** What was asked for on the command line. */
export type Request =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'prompt'; readonly count: number; readonly options: Options }
  | { readonly type: 'run'; readonly files: readonly string[]; readonly count: number; readonly options: Options }
  | CheckOrder
  | TraceOrder
  | CampaignOrder
  | ReplayOrder
  | ClusterOrder
  | ReplicaOrder
  | SimulateOrder;

/** `generals check`: what to search, and where to write what is found. */
export interface CheckOrder {
  readonly type: 'check';
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

/** `generals trace`: which trace, and how to show it. */
export interface TraceOrder {
  readonly type: 'trace';
  readonly file: string;
  readonly format: 'transcript' | 'diagram' | 'mermaid' | 'shiviz';
  readonly svg: string | undefined;
  /** The only order to show; all if undefined. */
  readonly number: number | undefined;
}

/** `generals campaign`: which grid, how to run it, and where to. */
export interface CampaignOrder {
  readonly type: 'campaign';
  /** A grid as JSON. */
  readonly file: string | undefined;
  /** What was given for the grid's fields, as it was typed. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly engine: string | undefined;
  readonly threads: number | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

/** `generals replay`: which order of which campaign. */
export interface ReplayOrder {
  readonly type: 'replay';
  readonly file: string;
  readonly cell: string | undefined;
  /** The order's number in its cell. */
  readonly number: number | undefined;
  /** The seed of the cell, which may stand in the place of its name. */
  readonly seed: number | undefined;
  readonly colourless: boolean;
}

/** `generals simulate`: which replicas, under which schedules. */
export interface SimulateOrder {
  readonly type: 'simulate';
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

/** `generals cluster`: which replicas to start, and how. */
export interface ClusterOrder {
  readonly type: 'cluster';
  readonly protocol: string;
  readonly members: number;
  /** How many are traitors, and in which way. */
  readonly byzantine: number;
  readonly kind: string;
  /** Which are traitors, if that is said. */
  readonly traitors: readonly number[] | undefined;
  /** Who commands first. */
  readonly commander: number;
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

export interface Options {
  readonly host: 'threads' | 'sim';
  readonly seed: number | undefined;
  readonly protocol: string | undefined;
  readonly deadline: number | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
  readonly failFast: boolean;
  /** A file for the trace of all orders. */
  readonly trace: string | undefined;
  readonly colourless: boolean;
}

/** A command line that cannot be understood: one line that says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Generals that agree although some of them are traitors.

Usage: generals [N] [options]            muster N generals (4) and command them, at a prompt or from a pipe
       generals run [options] <file…>    run scripts, one command a line, each with an army of its own; - is standard input
       generals check [options]          try every treason, and prove that the generals agree or show the smallest lie that
                                         splits them
       generals trace <file> [options]   show a trace that run wrote
       generals campaign [grid] [options] give many orders in many situations, and count what came of them
       generals replay <results> [options] show one order of a campaign
       generals simulate [options]       let replicas agree on a log in virtual time, through faults drawn from a seed
       generals cluster [options]        start replicas over HTTP, which agree on a log of requests, until Ctrl-C
       generals replica [options]        run one replica of a cluster, which may span machines

For N and run:
  -n, --generals <N>     how many generals to muster (4); the same as the word N
      --seed <n>         the seed that all chance follows from; drawn at random if not given
      --protocol <name>  the protocol to follow (exchange)
      --host <host>      where the generals live: threads, or sim for virtual time (threads)
      --deadline <ms>    how long a hung general is waited for (1000)
      --max-generals <n> the most generals that an army may have (256)
      --fail-fast        end a script at its first mistake
      --trace <file>     write the facts of every order to a file, as JSON lines
      --json             answer each command by one JSON object
      --no-color         no colours; NO_COLOR and FORCE_COLOR are heeded too

For check:
      --protocol <name>  the protocol (exchange)
      --members <n>      how many generals there are (4)
      --faults <f>       try every set of at most that many traitors (1)
      --m <m>            how many traitors the protocol is run to stand (as --faults)
      --order <order>    attack or retreat only; both if not given
      --engine <engine>  auto, which folds symbolic runs and searches the rest; structured, merging, or plain (auto)
      --save <file>      write a violation as a script that repeats it
      --json             one JSON object instead of sentences

For trace (of all orders, as sentences, unless said otherwise):
      --diagram          a space-time diagram for the terminal
      --mermaid          Mermaid sequence diagrams
      --shiviz           the log format of ShiViz
      --svg <file>       a picture
      --order <number>   only that order

For campaign (its grid from a JSON file, from options, or both; lists as a,b, ranges as 4..16):
      --protocol <names> the protocols (exchange)
      --members <range>  how many generals there are (4); G1 commands, to attack
      --faults <range>   how many of them are traitors, drawn anew for each order (1)
      --strategy <names> the traitors' ways (coin)
      --m <range>        how many traitors the protocol is run to stand: numbers, f, or default
      --orders <n>       how many orders each cell gets (10000; 1e6 is fine)
      --until <width>    end a cell when its 95 % intervals are that narrow, such as 0.01
      --seed <n>         the seed that all chance follows from; drawn at random if not given
      --out <folder>     write results.json, results.csv, report.html and plots
      --resume <folder>  go on with the campaign of that folder
      --engine <engine>  auto, simulator or kernel (auto)
      --threads <n>      as many as there are cores if not given; the results do not hang on it
      --yes              run also what takes more than an hour
      --json             one JSON object instead of a table

For replay (the first violation, unless said otherwise):
      --cell <id>        the cell, such as exchange-m1-n4-f1-coin; or by --seed, that of the cell
      --order <number>   the order's number in its cell

For simulate:
      --protocol <name>  pbft or collector (pbft)
      --members <n>      how many replicas there are (4), ⌊(n − 1)/3⌋ of them Byzantine
      --seed <n>         the seed that the schedule follows from (1)
      --schedules <n>    try that many seeds, from that one on (1)
      --kind <name>      the only Byzantine kind; any if not given
      --trace <file>     write all that happened under the schedule of one seed, as JSON lines
      --json             one JSON object instead of sentences

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
      --json             facts as JSON lines

For replica:
      --id <id>          which one
      --cluster <file>   the cluster's file, cluster.json
      --data <folder>    its secret and its log (replica-<id> beside the file)
      --kind <kind>      be a traitor in that way
      --host <address>   where to listen, if not at the address of its URL
      --repair <folder>  cut a damaged log off before the damage, and exit
      --json             facts as JSON lines

  -h, --help             this text
  -V, --version          the version

At the prompt, help lists the commands.

Exit status: 0 all went well; 1 a command failed, a check or a simulation was stopped, or results could not be
written; 2 the command line was wrong; 3 a check or a simulation found a violation; 70 an error of the program; 130 and 143
ended by SIGINT and SIGTERM.
`;

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const satisfies ParseArgsConfig['options'];

/** @param words what follows the program's name */
export function parseRequest(words: readonly string[]): Request {
  const [face, ...rest] = words;
  if (face === 'check') return parseCheck(rest);
  if (face === 'trace') return parseTraceOrder(rest);
  if (face === 'campaign') return parseCampaign(rest);
  if (face === 'replay') return parseReplay(rest);
  if (face === 'simulate') return parseSimulate(rest);
  if (face === 'cluster') return parseCluster(rest);
  if (face === 'replica') return parseReplica(rest);
  return parseArmy(words);
}

function parseArmy(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    generals: { type: 'string', short: 'n' },
    seed: { type: 'string' },
    protocol: { type: 'string' },
    host: { type: 'string' },
    deadline: { type: 'string' },
    'max-generals': { type: 'string' },
    'fail-fast': { type: 'boolean' },
    trace: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const options: Options = {
    host: hostNamed(values.host ?? 'threads'),
    seed: whole(values.seed, '--seed', 0),
    protocol: values.protocol?.toLowerCase(),
    deadline: whole(values.deadline, '--deadline', 1, 2 ** 31 - 1),
    limit: whole(values['max-generals'], '--max-generals', 1),
    json: values.json === true,
    failFast: values['fail-fast'] === true,
    trace: values.trace,
    colourless: values['no-color'] === true,
  };
  const count = whole(values.generals, '--generals', 1) ?? 4;
  const [first, ...others] = positionals;
  if (first === 'run') {
    if (others.length === 0) throw new UsageError('run needs a file: generals run <file…>');
    return { type: 'run', files: others, count, options };
  }
  if (others.length > 0) throw new UsageError(`one number of generals is enough, ${quoted(others[0]!)} is too much`);
  return { type: 'prompt', count: whole(first, 'the number of generals', 1) ?? count, options };
}

function parseCheck(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    faults: { type: 'string', short: 'f' },
    m: { type: 'string', short: 'm' },
    order: { type: 'string' },
    engine: { type: 'string' },
    save: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  if (positionals.length > 0) throw new UsageError(`check takes options only, not ${quoted(positionals[0]!)}`);
  const order = parseOrder(values.order?.toLowerCase());
  if (values.order !== undefined && order === undefined) throw new UsageError(`--order is attack or retreat, not ${quoted(values.order)}`);
  const members = whole(values.members, '--members', 1, MEMBERS_MAX) ?? 4;
  return {
    type: 'check',
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
}

/** More generals than this no search gets through. */
const MEMBERS_MAX = 256;

function parseTraceOrder(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    diagram: { type: 'boolean' },
    mermaid: { type: 'boolean' },
    shiviz: { type: 'boolean' },
    svg: { type: 'string' },
    order: { type: 'string' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [file, ...others] = positionals;
  if (file === undefined) throw new UsageError('trace needs a file: generals trace <file>');
  if (others.length > 0) throw new UsageError(`one trace is enough, ${quoted(others[0]!)} is too much`);
  const formats = (['diagram', 'mermaid', 'shiviz'] as const).filter((format) => values[format] === true);
  if (formats.length > 1) throw new UsageError(`one format is enough, --${formats[1]!} is too much`);
  return { type: 'trace', file, format: formats[0] ?? 'transcript', svg: values.svg, number: whole(values.order, '--order', 1) };
}

const GRID = {
  protocol: { type: 'string' },
  members: { type: 'string', short: 'n' },
  faults: { type: 'string', short: 'f' },
  strategy: { type: 'string' },
  m: { type: 'string', short: 'm' },
  orders: { type: 'string' },
  until: { type: 'string' },
  seed: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

function parseCampaign(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    ...GRID,
    out: { type: 'string' },
    resume: { type: 'string' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [file, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one grid is enough, ${quoted(others[0]!)} is too much`);
  const { protocol, members, faults, strategy, m, orders, until, seed } = values;
  return {
    type: 'campaign',
    file,
    fields: { protocol, members, faults, strategy, m, orders, until, seed },
    out: values.out,
    resume: values.resume,
    engine: values.engine,
    threads: whole(values.threads, '--threads', 1, 256),
    json: values.json === true,
    yes: values.yes === true,
  };
}

function parseReplay(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, { ...COMMON, cell: { type: 'string' }, order: { type: 'string' }, seed: { type: 'string' }, 'no-color': { type: 'boolean' } });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [file, ...others] = positionals;
  if (file === undefined) throw new UsageError('replay needs the results of a campaign: generals replay <results.json>');
  if (others.length > 0) throw new UsageError(`one file of results is enough, ${quoted(others[0]!)} is too much`);
  return {
    type: 'replay',
    file,
    cell: values.cell,
    number: whole(values.order, '--order', 1, 2 ** 32 - 1),
    seed: whole(values.seed, '--seed', 0),
    colourless: values['no-color'] === true,
  };
}

function parseSimulate(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    protocol: { type: 'string' },
    members: { type: 'string', short: 'n' },
    seed: { type: 'string' },
    schedules: { type: 'string' },
    kind: { type: 'string' },
    trace: { type: 'string' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  if (positionals.length > 0) throw new UsageError(`simulate takes options only, not ${quoted(positionals[0]!)}`);
  const schedules = whole(values.schedules, '--schedules', 1) ?? 1;
  if (schedules > 1 && values.trace !== undefined) throw new UsageError('--trace is for the schedule of one seed: leave out --schedules');
  return {
    type: 'simulate',
    protocol: values.protocol?.toLowerCase() ?? 'pbft',
    members: whole(values.members, '--members', 1, MEMBERS_MAX) ?? 4,
    seed: whole(values.seed, '--seed', 0) ?? 1,
    schedules,
    kind: values.kind?.toLowerCase(),
    trace: values.trace,
    json: values.json === true,
    colourless: values['no-color'] === true,
  };
}

function parseCluster(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
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
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  if (positionals.length > 0) throw new UsageError(`cluster takes options only, not ${quoted(positionals[0]!)}`);
  const members = whole(values.members, '--members', 1, REPLICAS_MAX) ?? 4;
  const port = whole(values.port, '--port', 0, 65_535) ?? 8080;
  if (port > 0 && port + members > 65_536) throw new UsageError(`--port ${port} leaves no room for ${members} nodes: ports end at 65535`);
  return {
    type: 'cluster',
    protocol: values.protocol?.toLowerCase() ?? 'pbft',
    members,
    byzantine: whole(values.byzantine, '--byzantine', 0, REPLICAS_MAX) ?? 0,
    kind: values.kind?.toLowerCase() ?? 'offline',
    traitors: values.traitors?.split(',').map((word) => whole(word, 'each of --traitors', 0, REPLICAS_MAX)!),
    commander: whole(values.commander, '--commander', 0, REPLICAS_MAX) ?? 0,
    batch: whole(values.batch, '--batch', 1, 1000),
    timeout: whole(values.timeout, '--timeout', 10, 3_600_000),
    host: values.host ?? '127.0.0.1',
    port,
    data: values.data,
    processes: values.processes === true,
    urls: values.urls?.split(','),
    compare: values.compare === true,
    json: values.json === true,
  };
}

/** More replicas than this no machine serves over HTTP, each with a connection to each other. */
const REPLICAS_MAX = 64;

function parseReplica(words: readonly string[]): Request {
  const { values, positionals } = parsed(words, {
    ...COMMON,
    id: { type: 'string' },
    cluster: { type: 'string' },
    data: { type: 'string' },
    kind: { type: 'string' },
    host: { type: 'string' },
    repair: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  if (positionals.length > 0) throw new UsageError(`replica takes options only, not ${quoted(positionals[0]!)}`);
  if (values.repair !== undefined) return { type: 'repair', folder: values.repair };
  const id = whole(values.id, '--id', 0, REPLICAS_MAX);
  const { cluster } = values;
  if (id === undefined || cluster === undefined) throw new UsageError('replica needs to know which: generals replica --id <id> --cluster <file>');
  return { type: 'replica', id, cluster, data: values.data, kind: values.kind?.toLowerCase(), host: values.host, json: values.json === true };
}

function parsed<Config extends NonNullable<ParseArgsConfig['options']>>(words: readonly string[], options: Config) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    // parseArgs explains in several sentences; the first names what was wrong.
    throw new UsageError(error instanceof Error ? error.message.split(/\.\s|\n/)[0]! : String(error));
  }
}

function whole(word: string | undefined, what: string, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (word === undefined) return undefined;
  const value = parseWhole(word);
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  if (value === undefined || value < min || value > max) throw new UsageError(`${what} is a whole number ${range}, not ${quoted(word)}`);
  return value;
}

function hostNamed(word: string): 'threads' | 'sim' {
  if (word !== 'threads' && word !== 'sim') throw new UsageError(`--host is threads or sim, not ${quoted(word)}`);
  return word;
}
