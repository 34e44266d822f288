import type { DialectName } from '../../gossip/dialects/dialect.ts';
import type { GossipSettings } from '../../gossip/settings.ts';
import { UsageError, whole } from '../arguments.ts';
import { RULES, SPEED, TIMERS, settingsOf } from '../gossip-options.ts';
import { file, flag, folder, text, type Values } from '../options.ts';
import { subcommand } from '../subcommand.ts';

/** `generals seed` and `generals peer`: where to listen, and how to behave. */
export interface GossipNodeOptions {
  readonly role: 'seed' | 'peer';
  /** Undefined if somebody is to be asked. */
  readonly place: Place | undefined;
  readonly settings: GossipSettings;
  readonly dialect: DialectName;
  readonly cluster: string | undefined;
  /** How many times as fast as others its clock goes. */
  readonly speed: number;
  readonly data: string | undefined;
  readonly output: string | undefined;
  readonly json: boolean;
}

export interface Place {
  readonly host: string;
  readonly port: number;
  /** The file that names the seeds. */
  readonly config: string;
}

const COMMON = {
  cluster: text('<name>', 'the network’s name, which all share', { otherwise: 'made of its seeds' }),
  speed: SPEED,
  output: file('where the log goes as well', { otherwise: 'outputfile.txt, or in the dialect of 2024 seedlog.txt and peerlog_<port>.txt' }),
  json: flag('facts as JSON lines, in place of the log'),
} as const;

const NOTE = 'The config names a seed a line, as ip:port; # begins a comment. Port 0 lets the system choose. Without the three words it asks for them, at a terminal.';

export const seed = subcommand({
  name: 'seed',
  forms: [['seed [<ip> <port> <config>]', 'run a seed of a gossip network, which keeps the list of peers, until Ctrl-C']],
  note: NOTE,
  operands: { type: 'files' },
  options: { ...RULES, ...COMMON, data: folder('keep its key and its list there, and go on with those of an earlier run') },
  examples: [
    ['seed 127.0.0.1 5000 config.txt', 'the seed of config.txt at port 5000'],
    ['seed 127.0.0.1 5000 config.txt --data seed-1', 'one that still knows all peers when it is started again'],
  ],
  optionsOf: (values, operands) => nodeOptions('seed', values, operands),
});

export const peer = subcommand({
  name: 'peer',
  forms: [['peer [<ip> <port> <config>]', 'run a peer of a gossip network until Ctrl-C, by which it leaves']],
  note: NOTE,
  operands: { type: 'files' },
  options: { ...RULES, ...TIMERS, ...COMMON, data: folder('keep its key there, by which it is known') },
  examples: [
    ['peer 127.0.0.1 6000 config.txt', 'a peer at port 6000 that registers with the seeds of config.txt'],
    ['peer 127.0.0.1 0 config.txt --dialect 2024', 'one among programs of 2024, at a port that the system chooses'],
  ],
  optionsOf: (values, operands) => nodeOptions('peer', values, operands),
});

type NodeValues = Values<typeof RULES & typeof COMMON> & Partial<Values<typeof TIMERS>> & { readonly data: string | undefined };

function nodeOptions(role: 'seed' | 'peer', values: NodeValues, operands: readonly string[]): GossipNodeOptions {
  const { dialect, cluster, speed = 1, data, output, json } = values;
  return { role, place: placeIn(role, operands), settings: settingsOf(values), dialect, cluster: clusterIn(cluster), speed, data, output, json };
}

function placeIn(name: string, [host, port, config, ...more]: readonly string[]): Place | undefined {
  if (host === undefined) return undefined;
  if (port === undefined || config === undefined || more.length > 0) throw new UsageError(`${name} takes an address, a port and the file of the seeds: generals ${name} 127.0.0.1 5000 config.txt`);
  return { host, port: whole(port, 'the port', 0, 65_535)!, config };
}

function clusterIn(name: string | undefined): string | undefined {
  if (name !== undefined && !/^[\w.-]{1,64}$/.test(name)) throw new UsageError('--cluster is 1 to 64 letters, digits, dots, dashes or underscores');
  return name;
}
