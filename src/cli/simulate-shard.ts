import { fieldOf, wholeIn } from '../campaign/fields.ts';
import type { ShardFile } from '../campaign/many/file.ts';
import { firstOf, type Share } from '../campaign/many/share.ts';
import { counted } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';
import { systemWord } from './bring.ts';
import { inFolder, inNewFolder, type Saving, type ShardSoFar } from './shards.ts';
import { UNTRIED, told, tried, workFor, type Tried, type Work } from './simulate.ts';
import type { SimulateOptions } from './subcommands/simulate.ts';

/** Tries a part of the seeds, or goes on with one. @returns the exit status */
export function simulateShard(options: SimulateOptions): Promise<number> {
  const { resume, shard, out } = options;
  if (resume !== undefined) return inFolder(resume, 'simulate', (file, saving) => trying(workIn(file, options), file.share, triedIn(file), saving));
  const work = workFor(options);
  // Who puts the parts together would have to bring it as well.
  if (systemWord(work.system.name) !== work.system.name) throw new UsageError('a system of your own cannot be divided into shards: leave out --shard and --out');
  return inNewFolder(out!, 'simulate', shard!, (saving) => trying(work, shard!, UNTRIED, saving));
}

async function trying(work: Work, share: Share, before: Tried, saving: Saving): Promise<number> {
  const first = firstOf(share);
  const all = Math.max(0, Math.ceil((work.schedules - first) / share.of));
  const shardOf = ({ covered, events, violated, unknown }: Tried): ShardSoFar => ({
    status: covered === all || violated !== undefined ? 'complete' : 'partial',
    request: { protocol: work.system.name, members: work.members, seed: work.seed, schedules: work.schedules, kind: work.kind ?? null },
    done: { covered, events, violated: violated ?? null, unknown: { count: unknown.count, first: unknown.first ?? null } },
  });
  saving.soon(() => shardOf(before));
  const end = await tried(work, { first, by: share.of }, before, (sofar) => saving.soon(() => shardOf(sofar)));
  const shard = shardOf(end);
  const line = saving.now(shard);
  const broken = end.violated === undefined ? '' : `; seed ${end.violated} breaks what is promised`;
  const unknown = end.unknown.count === 0 ? '' : `, ${end.unknown.count} of them unknown`;
  process.stdout.write(work.json ? `${JSON.stringify({ v: 1, type: 'shard', kind: 'simulate', shard: `${share.number}/${share.of}`, status: shard.status, ...(shard.done as object) })}\n` : `${line}: ${counted(end.covered, 'schedule')} of ${counted(end.events, 'event')}${unknown}${broken}\n`);
  return end.violated !== undefined ? 3 : shard.status === 'complete' && end.unknown.count === 0 ? 0 : 1;
}

/** Says of all shards what one machine would have said. @returns the exit status */
export function mergeSimulation(files: readonly ShardFile[], looks: Pick<Work, 'json' | 'colourless'>): number {
  const work = workIn(files[0]!, looks);
  const parts = files.map(triedIn);
  const seeds = (of: (part: Tried) => number | undefined): number | undefined => parts.map(of).filter((seed) => seed !== undefined).toSorted((a, b) => a - b)[0];
  return told(work, {
    covered: parts.reduce((sum, { covered }) => sum + covered, 0),
    events: parts.reduce((sum, { events }) => sum + events, 0),
    violated: seeds(({ violated }) => violated),
    unknown: { count: parts.reduce((sum, { unknown }) => sum + unknown.count, 0), first: seeds(({ unknown }) => unknown.first) },
  });
}

/** Whether a part of a simulation shows that it is violated, whatever the others do. */
export const isBroken = (file: ShardFile): boolean => triedIn(file).violated !== undefined;

function workIn({ requestField }: ShardFile, looks: Pick<Work, 'json' | 'colourless'>): Work {
  const [protocol, kind] = ['protocol', 'kind'].map((key) => fieldOf(requestField, key).value);
  if (typeof protocol !== 'string' || !(kind === null || typeof kind === 'string')) throw new UserError(`${requestField.name} names no protocol`);
  const whole = (key: string, min: number): number => wholeIn(fieldOf(requestField, key), min);
  return workFor({ protocol, members: whole('members', 1), seed: whole('seed', 0), schedules: whole('schedules', 1), kind: kind ?? undefined, beyond: 0, keep: undefined, trace: undefined, json: looks.json, colourless: looks.colourless });
}

function triedIn({ doneField, requestField, share }: ShardFile): Tried {
  const [from, schedules] = ['seed', 'schedules'].map((key) => wholeIn(fieldOf(requestField, key), 0)) as [number, number];
  const covered = wholeIn(fieldOf(doneField, 'covered'), 0, Math.max(0, Math.ceil((schedules - firstOf(share)) / share.of)));
  const seed = (field: ReturnType<typeof fieldOf>): number | undefined => (field.value === null ? undefined : wholeIn(field, from, from + schedules - 1));
  const unknown = fieldOf(doneField, 'unknown');
  return {
    covered,
    events: wholeIn(fieldOf(doneField, 'events'), 0),
    violated: seed(fieldOf(doneField, 'violated')),
    unknown: { count: wholeIn(fieldOf(unknown, 'count'), 0, covered), first: seed(fieldOf(unknown, 'first')) },
  };
}
