import { UsageError } from './arguments.ts';
import { campaign, type CampaignOptions } from './subcommands/campaign.ts';
import { check, type CheckOptions } from './subcommands/check.ts';
import { cluster } from './subcommands/cluster.ts';
import { command, run } from './subcommands/command.ts';
import { completion } from './subcommands/completion.ts';
import { demo } from './subcommands/demo.ts';
import { grade } from './subcommands/grade.ts';
import { help } from './subcommands/help.ts';
import { merge } from './subcommands/merge.ts';
import { create } from './subcommands/new.ts';
import { network } from './subcommands/network.ts';
import { queue } from './subcommands/queue.ts';
import { replay } from './subcommands/replay.ts';
import { replica } from './subcommands/replica.ts';
import { peer, seed } from './subcommands/seed.ts';
import { simulate, type SimulateOptions } from './subcommands/simulate.ts';
import { trace } from './subcommands/trace.ts';
import { web } from './subcommands/web.ts';
import { worker } from './subcommands/worker.ts';
import { words, wordsClient } from './subcommands/words.ts';
import { quoted } from '../core/user-error.ts';
import { nearest } from '../repl/nearest.ts';
import type { Request, Runnable, Subcommand } from './subcommand.ts';

/** What a subcommand needs to run is imported when it runs, so that each starts as quickly as it can. */
const COMMAND = runnable(command, async (options) => (await import('./command-army.ts')).commandArmy(options));

export const SUBCOMMANDS: readonly Runnable[] = [
  COMMAND,
  runnable(run, async (options) => (await import('./command-army.ts')).commandArmy(options)),
  runnable(demo, async (options) => (await import('./demo.ts')).demoCommand(options)),
  runnable(check, async (options) => (isShard(options) ? (await import('./check-shard.ts')).checkShard(options) : (await import('./check.ts')).checkCommand(options))),
  runnable(grade, async (options) => (await import('./grade.ts')).gradeCommand(options)),
  runnable(create, async (options) => (await import('./new.ts')).newCommand(options)),
  runnable(trace, async (options) => (await import('./trace.ts')).traceCommand(options)),
  runnable(campaign, async (options) => (options.shard !== undefined || (await resumesShard(options)) ? (await import('./campaign-shard.ts')).campaignShard(options) : (await import('./campaign.ts')).campaignCommand(options))),
  runnable(merge, async (options) => (await import('./merge.ts')).mergeCommand(options)),
  runnable(worker, async (options) => (await import('./worker.ts')).workerCommand(options)),
  runnable(queue, async (options) => (await import('./queue.ts')).queueCommand(options)),
  runnable(replay, async (options) => (await import('./replay.ts')).replayCommand(options)),
  runnable(simulate, async (options) => (isShard(options) ? (await import('./simulate-shard.ts')).simulateShard(options) : (await import('./simulate.ts')).simulateCommand(options))),
  runnable(cluster, async (options) => (await import('./cluster.ts')).clusterCommand(options)),
  runnable(replica, async (options) => (await import('./replica.ts')).replicaCommand(options)),
  runnable(network, async (options) => (options.type === 'simulate' ? (await import('./network-simulate.ts')).simulateNetwork(options) : (await import('./network.ts')).networkCommand(options))),
  runnable(seed, async (options) => (await import('./gossip-node.ts')).gossipNodeCommand(options)),
  runnable(peer, async (options) => (await import('./gossip-node.ts')).gossipNodeCommand(options)),
  runnable(words, async (options) => (options.type === 'group' ? (await import('./words-group.ts')).wordsGroup(options) : (await import('./words.ts')).wordsPeer(options))),
  runnable(wordsClient, async (options) => (await import('./words-client.ts')).wordsClient(options)),
  runnable(web, async (options) => (await import('./web.ts')).webCommand(options)),
  runnable(completion, async (options) => (await import('./completion.ts')).completionCommand(options, SUBCOMMANDS)),
  helping(help(async () => subcommands())),
];

/** Whether a part of so many is asked for; of the two that resume nothing else. */
const isShard = ({ shard, resume }: CheckOptions | SimulateOptions): boolean => shard !== undefined || resume !== undefined;

const resumesShard = async ({ resume }: CampaignOptions): Promise<boolean> => resume !== undefined && (await import('../campaign/many/file.ts')).holdsShard(resume);

/** The names of those that have one. */
export const subcommands = (): string[] => SUBCOMMANDS.map(({ name }) => name).filter((name) => name !== '');

/** What a command line asks for. @param words what follows the program's name @throws UsageError */
export async function requestOf(words: readonly string[]): Promise<Request> {
  const subcommand = subcommandOf(words);
  if (subcommand !== COMMAND) return subcommand.requestOf(words.slice(1));
  const [first = ''] = words;
  // What is neither an option nor a number was to be a subcommand.
  if (/^[a-z]/i.test(first)) throw unknownSubcommand(first);
  return subcommand.requestOf(words);
}

/** The words that ask for help with those. */
export function helpFor(words: readonly string[]): string[] {
  const { name } = subcommandOf(words);
  return name === 'help' ? ['help'] : [name, '--help'].filter((word) => word !== '');
}

const subcommandOf = ([first]: readonly string[]): Runnable => SUBCOMMANDS.find((one) => one !== COMMAND && one.name === first) ?? COMMAND;

function unknownSubcommand(word: string): UsageError {
  const near = nearest(word, subcommands());
  return new UsageError(`there is no subcommand ${quoted(word)}`, near === undefined ? undefined : { typed: word, meant: near });
}

function runnable<Options>({ read, ...rest }: Subcommand<Options>, work: (options: Options) => Promise<number>): Runnable {
  const itself: Runnable = {
    ...rest,
    async requestOf(words) {
      const asked = await read(words);
      if (asked.type === 'help') return { type: 'help', about: rest.name === '' ? undefined : itself };
      return asked.type === 'version' ? asked : { type: 'run', run: () => work(asked.options) };
    },
  };
  return itself;
}

/** What asks for help with another one does nothing else. */
function helping({ read, ...rest }: ReturnType<typeof help>): Runnable {
  const itself: Runnable = {
    ...rest,
    async requestOf(words) {
      const asked = await read(words);
      if (asked.type === 'help') return { type: 'help', about: itself };
      if (asked.type === 'version') return asked;
      const { about } = asked.options;
      const found = SUBCOMMANDS.find(({ name }) => name === about?.toLowerCase());
      if (about !== undefined && found === undefined) throw unknownSubcommand(about);
      return { type: 'help', about: found };
    },
  };
  return itself;
}
