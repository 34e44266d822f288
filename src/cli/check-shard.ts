import { fieldOf, listIn, wholeIn, wordIn, type Field } from '../campaign/fields.ts';
import type { ShardFile } from '../campaign/many/file.ts';
import { isOwn, type Share } from '../campaign/many/share.ts';
import { counted } from '../core/figures.ts';
import { UserError, quotedPath } from '../core/user-error.ts';
import { combined, isLeast, partResultOf, partsOf, searchOfPart, type PartResult } from '../generals/check/parts.ts';
import type { CheckRequest } from '../generals/check/request.ts';
import { WORDS } from '../generals/check/result.ts';
import { ORDERS } from '../generals/order.ts';
import { requestOf, searched, untilCtrlC, verdict } from './check.ts';
import { inFolder, inNewFolder, type Saving, type ShardSoFar } from './shards.ts';
import type { CheckOptions } from './subcommands/check.ts';

type Done = ReadonlyMap<number, PartResult>;

/** Searches a part of the sets of traitors and orders, or goes on with one. @returns the exit status: of what that part shows */
export function checkShard(options: CheckOptions): Promise<number> {
  const { resume, shard, out } = options;
  if (resume !== undefined) {
    return inFolder(resume, 'check', (file, saving) => {
      const request = requestIn(file);
      return searching(request, file.share, doneIn(file, request), saving, options);
    });
  }
  const request = requestOf(options);
  // Before the folder is made.
  partsOf(request);
  return inNewFolder(out!, 'check', shard!, (saving) => searching(request, shard!, new Map(), saving, options));
}

async function searching(request: CheckRequest, share: Share, before: Done, saving: Saving, { json }: CheckOptions): Promise<number> {
  const own = partsOf(request).flatMap((part, index) => (isOwn(share, index) ? [{ part, index }] : []));
  const done = new Map(before);
  const isOver = (): boolean => own.every(({ index }) => done.has(index)) || [...done.values()].some(isLeast);
  const shard = (): ShardSoFar => ({
    status: isOver() ? 'complete' : 'partial',
    request: { protocol: request.protocol.name, members: request.members, faults: request.faults, m: request.m ?? null, order: request.orders?.[0] ?? null, engine: request.engine ?? 'auto' },
    done: [...done].map(([part, result]) => ({ part, ...result })),
  });
  // Of all parts as of one: a Ctrl-C may come at the very end of one of them.
  await untilCtrlC(async (isStopped) => {
    saving.soon(shard);
    for (const { part, index } of own) {
      if (done.has(index)) continue;
      if (isOver() || isStopped()) break;
      const result = await searched(() => searchOfPart(request, part), json, isStopped);
      if (result.type === 'unknown' && result.reason === 'stopped') break;
      done.set(index, partResultOf(result));
      saving.soon(shard);
    }
  });
  const end = shard();
  const line = saving.now(end);
  const broken = [...done.values()].filter(({ violation }) => violation !== null);
  const isKnown = end.status === 'complete' && [...done.values()].every(({ type }) => type !== 'unknown');
  const what = broken.length > 0 ? `violated in ${counted(broken.length, 'part')}, by ${counted(Math.min(...broken.map(({ violation }) => violation!.lies)), 'lie')} at the least` : isKnown ? 'nothing is violated' : 'unknown';
  process.stdout.write(json ? `${JSON.stringify({ v: 1, type: 'shard', kind: 'check', shard: `${share.number}/${share.of}`, status: end.status, parts: own.length, done: done.size, violated: broken.length })}\n` : `${line}: ${done.size} of ${counted(own.length, 'part')} searched, ${what}\n`);
  return broken.length > 0 ? 3 : isKnown ? 0 : 1;
}

/** Says of all shards what they show together. @returns the exit status */
export function mergeCheck(files: readonly ShardFile[], options: Pick<CheckOptions, 'save' | 'json' | 'colourless'>): number {
  const request = requestIn(files[0]!);
  const done = new Map(files.flatMap((file) => [...doneIn(file, request)]));
  return verdict(combined(request, done), request, options);
}

/** Whether a part of a check shows that it is violated, whatever the others do. */
export const isBroken = (file: ShardFile): boolean => [...doneIn(file, requestIn(file)).values()].some(({ violation }) => violation !== null);

const ENGINES = ['auto', 'structured', 'merging', 'plain'] as const;

function requestIn({ requestField, folder }: ShardFile): CheckRequest {
  const at = (key: string): Field => fieldOf(requestField, key);
  const { value: protocol } = at('protocol');
  if (typeof protocol !== 'string') throw new UserError(`${quotedPath(folder)} names no protocol`);
  const members = wholeIn(at('members'), 1, 256);
  return requestOf({
    protocol, members,
    faults: wholeIn(at('faults'), 0, members),
    m: at('m').value === null ? undefined : wholeIn(at('m'), 0),
    order: at('order').value === null ? undefined : wordIn(at('order'), ORDERS),
    engine: wordIn(at('engine'), ENGINES),
  });
}

function doneIn({ doneField, share }: ShardFile, request: CheckRequest): Done {
  const parts = partsOf(request);
  const done = new Map<number, PartResult>();
  listIn(doneField).forEach((value, place) => {
    const field = { name: `${doneField.name}.${place}`, value };
    const part = wholeIn(fieldOf(field, 'part'), 0, parts.length - 1);
    if (!isOwn(share, part) || done.has(part)) throw new UserError(`${fieldOf(field, 'part').name} is ${part}, which is ${done.has(part) ? 'there twice' : 'no part of this shard'}`);
    done.set(part, resultIn(field));
  });
  return done;
}

function resultIn(field: Field): PartResult {
  const at = (key: string, of = field): Field => fieldOf(of, key);
  const isNull = (key: string): boolean => at(key).value === null;
  const figureIn = (one: Field): string => {
    if (typeof one.value !== 'string' || !/^\d{1,100000}$/.test(one.value)) throw new UserError(`${one.name} is to be a whole number as text`);
    return one.value;
  };
  const type = wordIn(at('type'), ['holds', 'violated', 'unknown']);
  const [proven, violation] = [at('proven'), at('violation')];
  if ((type === 'violated') === (violation.value === null)) throw new UserError(`${violation.name} does not fit ${type}`);
  return {
    type,
    engine: wordIn(at('engine'), ['symbolic', 'structured', 'merging', 'plain']),
    treasons: isNull('treasons') ? null : figureIn(at('treasons')),
    covered: figureIn(at('covered')),
    proven: proven.value === null ? null : { treasons: figureIn(at('treasons', proven)), cases: wholeIn(at('cases', proven), 0), orders: listIn(at('orders', proven)).map((value) => wordIn({ name: at('orders', proven).name, value }, ORDERS)) },
    aside: isNull('aside') ? null : String(at('aside').value),
    liesCovered: isNull('liesCovered') ? null : wholeIn(at('liesCovered'), 0),
    violation: violation.value === null ? null : {
      order: wordIn(at('order', violation), ORDERS),
      lies: wholeIn(at('lies', violation), 0),
      isSmallest: at('isSmallest', violation).value === true,
      choices: choicesIn(at('choices', violation)),
    },
  };
}

function choicesIn(field: Field): NonNullable<PartResult['violation']>['choices'] {
  if (typeof field.value !== 'object' || field.value === null) throw new UserError(`${field.name} is to be what each traitor says`);
  return Object.fromEntries(Object.keys(field.value).map((id) => [id, listIn(fieldOf(field, id)).map((value) => wordIn({ name: `${field.name}.${id}`, value }, WORDS))]));
}
