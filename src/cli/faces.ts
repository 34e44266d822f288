import type { Face } from './face.ts';
import { campaign } from './faces/campaign.ts';
import { check } from './faces/check.ts';
import { cluster } from './faces/cluster.ts';
import { command } from './faces/command.ts';
import { replay } from './faces/replay.ts';
import { replica } from './faces/replica.ts';
import { simulate } from './faces/simulate.ts';
import { trace } from './faces/trace.ts';

export type Request =
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'version' }
  /** `run` gives the exit status. */
  | { readonly type: 'run'; readonly run: () => Promise<number> };

type Runnable = Omit<Face<unknown>, 'read'> & { readonly requestOf: (words: readonly string[]) => Request };

/** What a face needs to run is imported when it runs, so that each starts as quickly as it can. */
const COMMAND = runnable(command, async (order) => (await import('./command-army.ts')).commandArmy(order));

export const FACES: readonly Runnable[] = [
  COMMAND,
  runnable(check, async (order) => (await import('./check.ts')).checkCommand(order)),
  runnable(trace, async (order) => (await import('./trace.ts')).traceCommand(order)),
  runnable(campaign, async (order) => (await import('./campaign.ts')).campaignCommand(order)),
  runnable(replay, async (order) => (await import('./replay.ts')).replayCommand(order)),
  runnable(simulate, async (order) => (await import('./simulate.ts')).simulateCommand(order)),
  runnable(cluster, async (order) => (await import('./cluster.ts')).clusterCommand(order)),
  runnable(replica, async (order) => (await import('./replica.ts')).replicaCommand(order)),
];

/** What a command line asks for; for help, on all faces or on the one that it names. @param words what follows the program's name @throws UsageError */
export function requestOf(words: readonly string[]): Request {
  const face = faceOf(words);
  return face.requestOf(face === COMMAND ? words : words.slice(1));
}

/** The command line that helps with another one. */
export const helpFor = (words: readonly string[]): string => ['generals', faceOf(words).name, '--help'].filter((word) => word !== '').join(' ');

const faceOf = ([first]: readonly string[]): Runnable => FACES.find((face) => face !== COMMAND && face.name === first) ?? COMMAND;

function runnable<Order>({ read, ...face }: Face<Order>, run: (order: Order) => Promise<number>): Runnable {
  const itself: Runnable = {
    ...face,
    requestOf(words) {
      const asked = read(words);
      if (asked.type === 'help') return { type: 'help', text: helpOn(itself === COMMAND ? FACES : [itself]) };
      return asked.type === 'version' ? asked : { type: 'run', run: () => run(asked.order) };
    },
  };
  return itself;
}

const helpOn = (faces: readonly Runnable[]): string => `Generals that agree although some of them are traitors.

Usage: ${faces.map(({ usage }) => usage.trim().split('\n').join('\n       ')).join('\n       ')}

${faces.map(({ help }) => help.trim()).join('\n\n')}

  -h, --help             this text; behind the name of a subcommand, on that alone
  -V, --version          the version

At the prompt, help lists the commands.

Exit status: 0 all went well; 1 a command failed, a check or a simulation was stopped, or results could not be
written; 2 the command line was wrong; 3 a check or a simulation found a violation; 70 an error of the program; 130 and 143
ended by SIGINT and SIGTERM.
`;
