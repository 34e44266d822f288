import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { figure } from '../../core/figures.ts';
import { UserError, quotedPath, quotedValue } from '../../core/user-error.ts';
import { textIn } from '../campaign.ts';
import { fieldOf, objectIn, wholeIn, wordIn, type Field } from '../fields.ts';
import { digestOf, sealed } from '../results.ts';
import { SHARES_MAX, shareText, type Share } from './share.ts';

/** The file of a shard's folder that says all. */
export const SHARD = 'shard.json';

/** Whether a folder holds a shard. */
export const holdsShard = (path: string): boolean => existsSync(join(path, SHARD));

const FORMAT = 'generals shard';
const VERSION = 1;

/** What work is divided into shards. */
export const KINDS = ['campaign', 'simulate', 'check'] as const;
export type Kind = (typeof KINDS)[number];

/** What one shard has come to, and all that is needed to go on with it or to put it together with the others. */
export interface Shard {
  readonly kind: Kind;
  /** The version of the program that did it: another one may count otherwise. */
  readonly program: string;
  readonly share: Share;
  readonly status: 'complete' | 'partial';
  /** What was asked: the same of all shards of one work. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly done: unknown;
}

export const textOfShard = ({ kind, program, share, status, request, done }: Shard): string =>
  `${JSON.stringify(sealed({ format: FORMAT, v: VERSION, kind, program, shard: share.number, of: share.of, status, request, done }), undefined, 1)}\n`;

/** A shard as it was read: its parts are named as people may look for them. */
export interface ShardFile extends Shard {
  /** The folder that it was in. */
  readonly folder: string;
  readonly requestField: Field;
  readonly doneField: Field;
}

/** The shard that a folder holds. @param program the version of this program @throws UserError in one line, if it is truncated, changed, of another version, or nothing of ours */
export function fileOfFolder(folder: string, program: string): ShardFile {
  const name = join(folder, SHARD);
  let value: unknown;
  try {
    value = JSON.parse(textIn(name));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${quotedPath(name)} is truncated, or not JSON`);
  }
  const file: Field = { name: quotedPath(name), value };
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== FORMAT) throw new UserError(`${file.name} does not hold a shard`);
  for (const [key, own] of [['v', VERSION], ['program', program]] as const) {
    const { value: found } = fieldOf(file, key);
    if (found !== own) throw new UserError(`${file.name} is of ${key === 'v' ? 'version' : 'the program'} ${quotedValue(found)}, and this is ${own}: shards are put together by the version that made them`);
  }
  const { digest, ...rest } = objectIn(file);
  if (digest !== digestOf(rest)) throw new UserError(`${file.name} was changed since it was written: its digest does not fit what it holds`);
  const of = wholeIn(fieldOf(file, 'of'), 1, SHARES_MAX);
  const [requestField, doneField] = [fieldOf(file, 'request'), fieldOf(file, 'done')];
  return {
    kind: wordIn(fieldOf(file, 'kind'), KINDS),
    program,
    share: { number: wholeIn(fieldOf(file, 'shard'), 1, of), of },
    status: wordIn(fieldOf(file, 'status'), ['complete', 'partial']),
    request: objectIn(requestField),
    done: doneField.value,
    folder,
    requestField,
    doneField,
  };
}

/** Sees to it that shards are parts of one work, each of them once. @throws UserError in one line that names two folders that do not fit */
export function mustFit(shards: readonly ShardFile[]): void {
  const [first] = shards;
  if (first === undefined) throw new UserError('there is no shard to put together');
  const seen = new Map<number, ShardFile>();
  for (const shard of shards) {
    const [one, two] = [quotedPath(shard.folder), quotedPath(first.folder)];
    if (shard.kind !== first.kind) throw new UserError(`${one} is a shard of ${shard.kind}, and ${two} of ${first.kind}`);
    if (shard.share.of !== first.share.of) throw new UserError(`${one} is shard ${shareText(shard.share)}, and ${two} ${shareText(first.share)}: they are not of one division`);
    const other = differenceOf(shard.request, first.request);
    if (other !== undefined) throw new UserError(`${one} and ${two} are not of one ${WORK[first.kind]}: they have other ${other}`);
    const twin = seen.get(shard.share.number);
    if (twin !== undefined) throw new UserError(`${one} and ${quotedPath(twin.folder)} overlap: both are shard ${shareText(shard.share)}`);
    seen.set(shard.share.number, shard);
  }
}

const WORK: Readonly<Record<Kind, string>> = { campaign: 'campaign', simulate: 'simulation', check: 'check' };

/** The first field in which two requests differ, and what they hold, in words. */
function differenceOf(a: Shard['request'], b: Shard['request'], path = ''): string | undefined {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, two] = [a[key], b[key]];
    if (JSON.stringify(one) === JSON.stringify(two)) continue;
    const isObject = (value: unknown): value is Shard['request'] => typeof value === 'object' && value !== null && !Array.isArray(value);
    const name = path === '' ? key : `${path}.${key}`;
    return isObject(one) && isObject(two) ? differenceOf(one, two, name) : `${name}, ${quotedValue(one ?? null)} and ${quotedValue(two ?? null)}`;
  }
  return undefined;
}

/** What is missing of a work, in words; undefined if all is there. */
export function missingIn(shards: readonly ShardFile[]): string | undefined {
  const { of } = shards[0]!.share;
  const there = new Set(shards.map(({ share }) => share.number));
  const gone: string[] = [];
  for (let number = 1; number <= of; number += 1) {
    if (there.has(number)) continue;
    const from = number;
    while (number < of && !there.has(number + 1)) number += 1;
    gone.push(from === number ? `${from}` : `${from}..${number}`);
  }
  const few = gone.length > NAMED_MAX ? [...gone.slice(0, NAMED_MAX), `and ${figure(gone.length - NAMED_MAX)} more`] : gone;
  const partial = shards.filter(({ status }) => status === 'partial');
  const words = [
    ...(gone.length === 0 ? [] : [`shard ${few.join(', ')} of ${of}`]),
    ...(partial.length === 0 ? [] : [`the rest of ${partial.slice(0, NAMED_MAX).map(({ share, folder }) => `shard ${share.number} in ${quotedPath(folder)}`).join(', ')}, which --resume goes on with`]),
  ];
  return words.length === 0 ? undefined : words.join(', and ');
}

const NAMED_MAX = 8;
