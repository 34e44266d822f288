import { UsageError } from './arguments.ts';
import { campaign } from './faces/campaign.ts';
import { check } from './faces/check.ts';
import { cluster } from './faces/cluster.ts';
import { command, run } from './faces/command.ts';
import { completion } from './faces/completion.ts';
import { demo } from './faces/demo.ts';
import { help } from './faces/help.ts';
import { replay } from './faces/replay.ts';
import { replica } from './faces/replica.ts';
import { simulate } from './faces/simulate.ts';
import { trace } from './faces/trace.ts';
import { quoted } from '../core/user-error.ts';
import { nearest } from '../repl/nearest.ts';
import type { Request, Runnable, Subcommand } from './subcommand.ts';

/** What a subcommand needs to run is imported when it runs, so that each starts as quickly as it can. */
const COMMAND = runnable(command, async (order) => (await import('./command-army.ts')).commandArmy(order));

export const FACES: readonly Runnable[] = [
  COMMAND,
  runnable(run, async (order) => (await import('./command-army.ts')).commandArmy(order)),
  runnable(demo, async (order) => (await import('./demo.ts')).demoCommand(order)),
  runnable(check, async (order) => (await import('./check.ts')).checkCommand(order)),
  runnable(trace, async (order) => (await import('./trace.ts')).traceCommand(order)),
  runnable(campaign, async (order) => (await import('./campaign.ts')).campaignCommand(order)),
  runnable(replay, async (order) => (await import('./replay.ts')).replayCommand(order)),
  runnable(simulate, async (order) => (await import('./simulate.ts')).simulateCommand(order)),
  runnable(cluster, async (order) => (await import('./cluster.ts')).clusterCommand(order)),
  runnable(replica, async (order) => (await import('./replica.ts')).replicaCommand(order)),
  runnable(completion, async (order) => (await import('./completion.ts')).completionCommand(order, FACES)),
  helping(help(async () => subcommands())),
];

/** The names of those that have one. */
export const subcommands = (): string[] => FACES.map(({ name }) => name).filter((name) => name !== '');

/** What a command line asks for. @param words what follows the program's name @throws UsageError */
export async function requestOf(words: readonly string[]): Promise<Request> {
  const face = faceOf(words);
  if (face !== COMMAND) return face.requestOf(words.slice(1));
  const [first = ''] = words;
  // What is neither an option nor a number was to be a subcommand.
  if (/^[a-z]/i.test(first)) throw unknownSubcommand(first);
  return face.requestOf(words);
}

/** The words that ask for help with those. */
export function helpFor(words: readonly string[]): string[] {
  const { name } = faceOf(words);
  return name === 'help' ? ['help'] : [name, '--help'].filter((word) => word !== '');
}

const faceOf = ([first]: readonly string[]): Runnable => FACES.find((face) => face !== COMMAND && face.name === first) ?? COMMAND;

function unknownSubcommand(word: string): UsageError {
  const near = nearest(word, subcommands());
  return new UsageError(`there is no subcommand ${quoted(word)}`, near === undefined ? undefined : { typed: word, meant: near });
}

function runnable<Order>({ read, ...face }: Subcommand<Order>, work: (order: Order) => Promise<number>): Runnable {
  const itself: Runnable = {
    ...face,
    async requestOf(words) {
      const asked = await read(words);
      if (asked.type === 'help') return { type: 'help', about: face.name === '' ? undefined : itself };
      return asked.type === 'version' ? asked : { type: 'run', run: () => work(asked.order) };
    },
  };
  return itself;
}

/** What asks for help with another one does nothing else. */
function helping({ read, ...face }: ReturnType<typeof help>): Runnable {
  const itself: Runnable = {
    ...face,
    async requestOf(words) {
      const asked = await read(words);
      if (asked.type === 'help') return { type: 'help', about: itself };
      if (asked.type === 'version') return asked;
      const { about } = asked.order;
      const found = FACES.find(({ name }) => name === about?.toLowerCase());
      if (about !== undefined && found === undefined) throw unknownSubcommand(about);
      return { type: 'help', about: found };
    },
  };
  return itself;
}
