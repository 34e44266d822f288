import { quoted } from '../../core/user-error.ts';
import { SETTINGS, type WordsSettings } from '../../words/context.ts';
import { isText } from '../../words/messages.ts';
import { WITHIN, WITHIN_LONGEST, WITHIN_MIN } from '../../words/patience.ts';
import { UsageError, whole as wholeOf } from '../arguments.ts';
import { file, flag, text, whole } from '../options.ts';
import { subcommand } from '../subcommand.ts';
import { webOptions, webPort } from '../web-options.ts';

/** `generals words`: one peer of the word database, or a whole group. */
export type WordsOptions = PeerOptions | GroupOptions;

interface CommonOptions {
  /** How many of 100 datagrams are lost on purpose. */
  readonly loss: number;
  readonly settings: Pick<WordsSettings, 'heartbeatEvery' | 'silenceMax' | 'within'>;
  readonly json: boolean;
}

export interface PeerOptions extends CommonOptions {
  readonly type: 'peer';
  readonly port: number;
  readonly cliPort: number;
  readonly host: string;
  readonly name: string;
  /** Whom it looks for, as they were typed. */
  readonly joins: readonly string[];
}

export interface GroupOptions extends CommonOptions {
  readonly type: 'group';
  readonly peers: number;
  /** Where what happens is written. */
  readonly trace: string | undefined;
  /** The port of a page that shows it; undefined if there is none. */
  readonly web: number | undefined;
}

/** More peers in one process nobody can follow, and a consensus among them takes more datagrams than that can do. */
const PEERS_MAX = 16;

export const words = subcommand({
  name: 'words',
  forms: [
    ['words [port] [options]', 'run a peer of the word database over UDP until Ctrl-C; lines over TCP command it'],
    ['words --peers <n>', 'run a group of peers with one prompt, at which @2 lie 50 speaks to the second'],
  ],
  note: 'Peers find each other by gossip, and settle five shared words by Oral Messages, with liars among them. Port 0 lets the system choose.',
  options: {
    peers: whole('<n>', 'run so many peers, and a prompt for all of them', { min: 1, max: PEERS_MAX }),
    'cli-port': whole('<n>', 'the TCP port for commands', { min: 0, max: 65_535, fallback: 0 }),
    host: text('<address>', 'the IPv4 address to listen at', { otherwise: '127.0.0.1' }),
    name: text('<name>', 'what people call it', { otherwise: 'its address' }),
    join: text('<host:port>', 'peers to look for, with commas between them'),
    loss: whole('<percent>', 'lose so many of 100 datagrams on purpose', { min: 0, max: 100, fallback: 0 }),
    heartbeat: whole('<s>', 'how often a peer says that it is there', { min: 1, max: 3600, fallback: SETTINGS.heartbeatEvery / 1000 }),
    'drop-after': whole('<s>', 'how long a peer may say nothing before it is dropped', { min: 2, max: 86_400, fallback: SETTINGS.silenceMax / 1000 }),
    within: whole('<ms>', 'how long a consensus waits for what is missing', { min: WITHIN_MIN, max: WITHIN_LONGEST, otherwise: `${WITHIN}, or longer from ten peers on` }),
    trace: file('write what happens in a group there, for trace to show'),
    ...webOptions('the group'),
    json: flag('what happens as JSON lines'),
  },
  operands: { type: 'nothing' },
  examples: [
    ['words --peers 4', 'four peers, and a prompt'],
    ['words --peers 4 --web', 'the same, and a page that shows it and takes the same lines'],
    ['words --peers 7 --loss 10', 'seven, each of which loses a tenth of what it says'],
    ['words 5000 --cli-port 6000 --name ann', 'one peer at port 5000; nc 127.0.0.1 6000 talks to it'],
    ['words --join 127.0.0.1:5000', 'another one, which finds the first'],
  ],
  optionsOf({ peers, 'cli-port': cliPort, host, name, join, loss, heartbeat, 'drop-after': dropAfter, within, trace, json, ...page }, operands, given): WordsOptions {
    if (dropAfter <= heartbeat) throw new UsageError(`--drop-after is longer than a heartbeat, which is ${heartbeat} s`);
    const common = { loss, settings: { heartbeatEvery: 1000 * heartbeat, silenceMax: 1000 * dropAfter, within: within ?? SETTINGS.within }, json };
    if (operands.length > 1) throw new UsageError(`one port is enough, ${quoted(operands[1]!)} is too much`);
    if (peers !== undefined) {
      const other = operands.length > 0 ? 'a port' : ['cli-port', 'host', 'name', 'join'].map((option) => (given.includes(option) ? `--${option}` : undefined)).find((option) => option !== undefined);
      if (other !== undefined) throw new UsageError(`--peers runs a whole group, so ${other} does not go with it`);
      return { type: 'group', peers, trace, web: webPort(page), ...common };
    }
    if (webPort(page) !== undefined) throw new UsageError('--web goes with --peers: one peer sees only what it hears itself');
    if (trace !== undefined) throw new UsageError('--trace goes with --peers: one peer sees only what it hears itself');
    if (name !== undefined && !isText(name, 1)) throw new UsageError(`--name is 1 to 64 characters that can be seen, not ${quoted(name)}`);
    return { type: 'peer', port: wholeOf(operands[0], 'the port', 0, 65_535) ?? 0, cliPort, host: host ?? '127.0.0.1', name: name ?? '', joins: join?.split(',').filter((one) => one !== '') ?? [], ...common };
  },
});

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
}

export const wordsClient = subcommand({
  name: 'words-cli',
  forms: [['words-cli <host> <port>', 'talk to a peer of the word database, with history and completion']],
  options: {},
  examples: [
    ['words-cli 127.0.0.1 6000', 'the peer that was begun with --cli-port 6000'],
    ['words-cli localhost 6000', 'the same, by the name of this machine'],
  ],
  optionsOf(_values, [host, port, ...more]): ClientOptions {
    if (host === undefined || port === undefined || more.length > 0) throw new UsageError('words-cli takes an address and a port: generals words-cli 127.0.0.1 6000');
    return { host, port: wholeOf(port, 'the port', 1, 65_535)! };
  },
});
