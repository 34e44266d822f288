import type { DialectName } from '../../gossip/dialects/dialect.ts';
import type { GossipSettings } from '../../gossip/settings.ts';
import { quoted } from '../../core/user-error.ts';
import { UsageError, mustBeOptions } from '../arguments.ts';
import { RULES, SPEED, TIMERS, settingsOf } from '../gossip-options.ts';
import { file, flag, folder, listed, text, whole, type Option, type Values } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { webOptions, webPort } from '../web-options.ts';

/** `generals network`: which network to start, and for how long. */
export interface LiveOptions {
  readonly type: 'live';
  readonly seeds: number;
  readonly peers: number;
  readonly host: string;
  readonly port: number;
  readonly processes: boolean;
  readonly settings: GossipSettings;
  readonly dialect: DialectName;
  /** How many times as fast as others the clocks of all go. */
  readonly speed: number;
  /** Seconds after which it ends by itself. */
  readonly seconds: number | undefined;
  readonly data: string | undefined;
  readonly output: string | undefined;
  readonly byzantine: number;
  readonly kind: string | undefined;
  readonly json: boolean;
  /** The port of a page that shows it; undefined if there is none. */
  readonly web: number | undefined;
  /** What is the same in virtual time, as it was asked for. */
  readonly shared: readonly string[];
}

/** `generals network --simulate`: the same in virtual time. */
export interface SimulatedNetwork {
  readonly type: 'simulate';
  readonly peers: number;
  readonly seeds: number;
  readonly seed: number;
  readonly settings: GossipSettings;
  /** Shares, from 0 to 1. */
  readonly loss: number;
  readonly kill: number;
  readonly pause: number;
  /** Whether the best-connected are killed. */
  readonly hubs: boolean;
  readonly delay: number;
  readonly words: number;
  readonly compare: boolean;
  /** What happens and when, in place of all that. */
  readonly faults: string | undefined;
  readonly byzantine: number;
  readonly kind: string | undefined;
  readonly json: boolean;
  readonly out: string | undefined;
}

export type NetworkOptions = LiveOptions | SimulatedNetwork;

const SEEDS_MAX = 128;
const PEERS_MAX = 2000;
const SIMULATED_MAX = 20_000;

const share = (about: string, otherwise: string): Option<string | undefined> => text('<share>', about, { bounds: '0% to 90%, or 0 to 0.9', otherwise });

const kinds = async (): Promise<string[]> => (await import('../../gossip/faults/registry.ts')).GOSSIP_FAULTS.map(({ name }) => name);

/** What only a network in real time has. */
const LIVE = {
  host: text('<address>', 'where to listen; anything but the usual opens the nodes to the network', { otherwise: '127.0.0.1' }),
  port: whole('<port>', 'the port of the first seed, the others’ behind it; 0 lets the system choose', { min: 0, max: 65_535, otherwise: '0' }),
  processes: flag('each node is a process of its own'),
  speed: SPEED,
  for: whole('<s>', 'end by itself after that many seconds', { min: 1, max: 1_000_000 }),
  data: folder('keep all keys and the seeds’ lists there'),
  output: file('where the log goes as well'),
  ...webOptions('the network'),
} as const;

/** What only one in virtual time has. */
const SIMULATED = {
  seed: whole('<n>', 'with --simulate, the seed that all chance follows from', { min: 0, otherwise: '1' }),
  loss: share('with --simulate, how many packets are lost', '0%'),
  kill: share('with --simulate, how many peers are killed, all at once, every other with its host', '10%'),
  hubs: flag('with --simulate, kill the best-connected peers'),
  pause: share('with --simulate, how many peers stand still for 10 s', '0%'),
  delay: whole('<ms>', 'with --simulate, a packet takes 1 ms to so many', { min: 1, max: 1000, otherwise: '5' }),
  words: whole('<n>', 'with --simulate, how many words are said, and again when deaths are noticed', { min: 0, max: 1000, otherwise: '20' }),
  compare: flag('with --simulate, all detectors side by side'),
  faults: text('<list>', 'with --simulate, what happens and when, in place of all that: the words of the prompt', { bounds: 'such as "5s kill 3; 20s heal"' }),
  out: folder('with --simulate, write figures.json, and pictures of the overlay, of coverage and of deaths'),
} as const;

const OPTIONS = {
  seeds: whole('<n>', 'how many seeds there are', { min: 1, max: SEEDS_MAX, fallback: 3 }),
  peers: whole('<n>', `how many peers there are; ${PEERS_MAX} at most in real time`, { short: 'n', min: 0, max: SIMULATED_MAX, otherwise: '8, and 100 with --simulate unless --faults' }),
  ...RULES,
  ...TIMERS,
  byzantine: whole('<n>', 'how many peers, or seeds, are Byzantine: the last ones', { min: 0, max: SIMULATED_MAX, fallback: 0 }),
  kind: text('<kind>', 'in which way', { bounds: async () => listed(await kinds()), completes: { type: 'words', words: kinds } }),
  ...LIVE,
  simulate: flag('in virtual time, which goes as fast as it can'),
  ...SIMULATED,
  json: flag('facts, or figures, as JSON lines'),
} as const;

export const network = subcommand({
  name: 'network',
  forms: [
    ['network [options]', 'start a whole gossip network, seeds and peers, until Ctrl-C'],
    ['network --simulate [options]', 'let one lose some of its peers in virtual time, and measure it'],
  ],
  note: 'At a terminal there is a table of all peers, and a prompt whose words let things go wrong: help shows them. In a pipe there are the log lines of the older programs, and words come by standard input.',
  options: OPTIONS,
  examples: [
    ['network --seeds 3 --peers 8', 'three seeds and eight peers, which meet, gossip and watch each other'],
    ['network --peers 8 --web', 'eight peers, and a page that shows them and takes the words of the prompt'],
    ['network --peers 12 --processes --for 5 --json', 'twelve peers, each a process, for five seconds; facts for programs'],
    ['network --simulate --peers 60 --loss 10% --kill 20% --seed 7', 'sixty peers lose a fifth of them and a tenth of all packets'],
    ['network --simulate --peers 60 --kill 20% --compare', 'the same deaths, found by each detector'],
  ],
  optionsOf(values, operands, given): NetworkOptions {
    mustBeOptions('network', operands);
    const { byzantine, kind, seeds } = values;
    if (byzantine > 0 && kind === undefined) throw new UsageError(`--byzantine ${byzantine} says how many, but not how: --kind <kind>`);
    if (kind !== undefined && byzantine === 0) throw new UsageError(`--kind ${kind} says how, but not how many: --byzantine <n>`);
    if (values.simulate) return simulated(values, given);
    const stray = Object.keys(SIMULATED).find((name) => given.includes(name));
    if (stray !== undefined) throw new UsageError(`--${stray} is for a network in virtual time: add --simulate`);
    const { peers = 8, port = 0, processes, dialect, speed = 1, data, output, json } = values;
    if (peers > PEERS_MAX) throw new UsageError(`--peers is at most ${PEERS_MAX} in real time; --simulate has room for ${SIMULATED_MAX}`);
    if (port > 0 && port + seeds + peers > 65_536) throw new UsageError(`--port ${port} leaves no room for ${seeds + peers} nodes: ports end at 65535`);
    return { type: 'live', seeds, peers, host: values.host ?? '127.0.0.1', port, processes, settings: settingsOf(values), dialect, speed, seconds: values.for, data, output, byzantine, kind: kind?.toLowerCase(), json, web: webPort({ ...values, web: values.web === true }), shared: sharedOf(values, given) };
  },
});

/** The options of a network in real time that one in virtual time takes as well. */
function sharedOf(values: Values<typeof OPTIONS>, given: readonly string[]): string[] {
  const names = ['preset', 'trust', 'quorum', 'timers', ...(Object.keys(TIMERS) as (keyof typeof TIMERS)[]), 'byzantine', 'kind'] as const;
  return names.flatMap((name) => (given.includes(name) && values[name] !== undefined ? [`--${name}`, String(values[name])] : []));
}

function simulated(values: Values<typeof OPTIONS>, given: readonly string[]): SimulatedNetwork {
  const stray = [...Object.keys(LIVE), 'dialect'].find((name) => given.includes(name));
  if (stray !== undefined) throw new UsageError(`--${stray} is for a network in real time: leave it out`);
  const { peers = values.faults === undefined ? 100 : 8, seeds, seed = 1, delay = 5, words = 20, loss, kill, pause, hubs, compare, faults, byzantine, kind, json, out } = values;
  if (compare && given.includes('detector')) throw new UsageError('--compare takes all detectors: leave out --detector');
  const other = ['kill', 'hubs', 'pause', 'words', 'compare', 'out'].find((name) => faults !== undefined && given.includes(name));
  if (other !== undefined) throw new UsageError(`--faults says all that happens: leave out --${other}`);
  if (peers < 1 && faults === undefined) throw new UsageError('--peers is at least 1 with --simulate');
  // What peers say of themselves is left out if not asked for: words are what is measured.
  const settings = { ...settingsOf(values), ...(given.includes('messages') || faults !== undefined ? {} : { gossipMessages: 0 }) };
  return { type: 'simulate', peers, seeds, seed, settings, loss: shareOf('--loss', loss) ?? 0, kill: shareOf('--kill', kill) ?? 0.1, pause: shareOf('--pause', pause) ?? 0, hubs, delay, words, compare, faults, byzantine, kind: kind?.toLowerCase(), json, out };
}

/** `10%` or `0.1`. @throws UsageError */
function shareOf(name: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const found = /^(\d{1,3}(?:\.\d{1,6})?|\.\d{1,6})(%?)$/.exec(word.trim());
  const value = found === null ? Number.NaN : Number(found[1]) / (found[2] === '%' ? 100 : 1);
  if (!(value >= 0 && value <= 0.9)) throw new UsageError(`${name} takes a share from 0% to 90%, or from 0 to 0.9, not ${quoted(word)}`);
  return value;
}
