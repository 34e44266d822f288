import { dirname } from 'node:path';
import { counted } from '../core/figures.ts';
import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { DamagedLog } from '../runtime/log.ts';
import { repairFolder } from '../replicas/http/marker.ts';
import { readClusterConfig, readSecret, replicaFolder } from '../replicas/http/folder.ts';
import { Replica } from '../replicas/http/replica.ts';
import type { Slot } from '../replicas/http/service.ts';
import { serviceNamed } from '../replicas/http/services.ts';
import { OFFLINE } from '../replicas/http/cluster.ts';
import { UsageError } from './arguments.ts';
import { runPrinter } from './cluster-runs.ts';
import type { ReplicaOptions } from './subcommands/replica.ts';
import { warnIfOpen } from './open.ts';
import { newSeed } from './seeds.ts';
import { untilSignalled } from './signals.ts';

/** Runs one replica of a cluster until a signal, or repairs its log. @returns the exit status */
export async function replicaCommand(options: ReplicaOptions): Promise<number> {
  if (options.type === 'repair') return repaired(options.folder);
  return untilSignalled((signalled) => served(options, signalled));
}

async function served(options: ReplicaOptions & { type: 'replica' }, signalled: Promise<number>): Promise<number> {
  const { id, cluster: file, host, kind, json } = options;
  const plan = readClusterConfig(file);
  const service = serviceNamed(plan.protocol);
  const known = service.strategies.filter((one) => one !== OFFLINE);
  if (kind !== undefined && !known.includes(kind)) throw new UsageError(`--kind is ${known.join(', ')}, not ${quoted(kind)}`);
  if (options.seed !== undefined && kind === undefined) throw new UsageError(`--seed ${options.seed} decides what a traitor chooses, and this node is none: --kind <kind>`);
  const traitor = kind === undefined ? undefined : { strategy: kind, seed: options.seed ?? newSeed() };
  const folder = options.data ?? replicaFolder(dirname(file), id);
  const member = plan.members[id];
  if (member === undefined) throw new UserError(`the cluster of ${quotedPath(file)} has the nodes 0 to ${plan.members.length - 1}, not ${id}`);
  const say = (line: string, fact: object): void => void process.stdout.write(json ? `${JSON.stringify({ v: 1, ...fact })}\n` : `${line}\n`);
  let failure: Error | undefined;
  let fail: (code: number) => void = () => undefined;
  const failed = new Promise<number>((resolve) => (fail = resolve));
  const replica = open(() =>
    new Replica({
      plan,
      id,
      secret: readSecret(folder),
      service,
      data: folder,
      traitor,
      listener: {
        answered: (run) => printer.answered(run),
        commanded: ({ view, commander }) => say(`Node ${commander} commands, in view ${view}`, { type: 'commander', view, commander }),
        failed(error) {
          failure = error;
          fail(1);
        },
      },
    }),
  );
  // Only the votes that this node received are known here.
  const source = { slotOf: (request: string) => replica.slotOf(request), tallies: (slot: Slot) => new Map([[id, replica.tallyOf(slot)]]), heard: () => undefined };
  const printer = runPrinter(source, [id], say);
  const { hostname, port } = new URL(member.url);
  const address = host ?? hostname.replace(/^\[|\]$/g, '');
  try {
    await replica.listen(address, Number(port || 80));
    warnIfOpen(address);
    const betrayal = traitor === undefined ? [] : [`Byzantine Kind: ${traitor.strategy}`, `Seed: ${traitor.seed}`];
    say([`Node ${id}: ${member.url}, process ${process.pid}`, ...betrayal].join('\n'), { type: 'ready', id, url: member.url, pid: process.pid, kind, seed: traitor?.seed });
    void replica.start(plan.members.map(({ url }) => url));
    return await Promise.race([signalled, failed]);
  } finally {
    if (failure !== undefined) process.stderr.write(`generals: the log failed, so this node says nothing more: ${failure.message}\n`);
    await printer.close();
    await replica.close();
  }
}

/** A damaged log is the user's to deal with, not an error of this program. */
function open(make: () => Replica): Replica {
  try {
    return make();
  } catch (error) {
    throw error instanceof DamagedLog ? new UserError(error.message) : error;
  }
}

function repaired(folder: string): number {
  const repair = repairFolder(folder);
  if (repair === undefined) {
    process.stdout.write(`the log in ${folder} is whole\n`);
    return 0;
  }
  const { kept, cut, copy } = repair;
  const done = copy === undefined ? 'the log was gone, and another was begun' : `kept ${counted(kept, 'record')}, cut off ${counted(cut, 'byte')}; the damaged log is now ${copy}`;
  process.stdout.write(`${done}\nThis node may have forgotten what it promised: until it has caught up, count it among the Byzantine ones.\n`);
  return 0;
}
