import { createRequire } from 'node:module';
import type * as BullMq from 'bullmq';
import type * as IoRedis from 'ioredis';
import type { Redis } from 'ioredis';
import { UserError } from '../../../core/user-error.ts';
import type { Address } from './address.ts';

/** The packages that a queue needs, which are there only where somebody has installed them. */
export interface Packages {
  readonly bullmq: typeof BullMq;
  readonly Redis: typeof Redis;
}

/** To import modules of CommonJS takes half as long again: each is read letter by letter first for what it exports. */
const required = createRequire(import.meta.url);

/** @throws UserError that says what to install */
export function packages(): Packages {
  try {
    const [bullmq, { Redis }] = [required('bullmq') as typeof BullMq, required('ioredis') as typeof IoRedis];
    return { bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new UserError('a queue needs two packages that are not installed: npm install bullmq@6 ioredis@6');
  }
}

/** Milliseconds for the first answer of Redis. */
const PATIENCE = 5000;

/** Milliseconds between attempts to reach a Redis that was there: it may be away for as long as it takes. */
const AGAIN = 1000;

/** Redis before 6.2 lacks commands that BullMQ is meant for. */
const VERSION_MIN = [6, 2] as const;

/** Connects to Redis, and sees to it that it can hold a queue. @throws UserError in one line that shows nothing secret */
export async function connected(address: Address, needed: Packages): Promise<Redis> {
  let isUp = false;
  let trouble: unknown;
  const { host, port, db, isSecure, user, password } = address;
  const redis = new needed.Redis({
    host, port, db,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(isSecure ? { tls: {} } : {}),
    lazyConnect: true,
    // Of BullMQ's: what is asked while Redis is away is asked when it is back.
    maxRetriesPerRequest: null,
    connectTimeout: PATIENCE,
    retryStrategy: () => (isUp ? AGAIN : null),
  });
  // Without a listener these would be printed; what they say is told in other words.
  redis.on('error', (error) => (trouble ??= error));
  try {
    await within(PATIENCE, redis.connect());
    const info = await within(PATIENCE, redis.info());
    mustServe(info);
    const key = `${address.prefix}:can-be-written`;
    await within(PATIENCE, redis.set(key, '1', 'EX', 60));
    await within(PATIENCE, redis.del(key));
    isUp = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new UserError(`the queue at ${address.shown} cannot be used: ${reasonIn(error instanceof UserError && !(error instanceof Late) ? error : (trouble ?? error))}`);
  }
}

class Late extends UserError {}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`nothing answered within ${milliseconds / 1000} s`)), milliseconds);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** @throws UserError if a Redis that says so of itself would lose what it holds, or take nothing */
function mustServe(info: string): void {
  const said = (field: string): string | undefined => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const version = said('redis_version');
  if (version === undefined) throw new UserError(NO_REDIS);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) throw new UserError(`it is Redis ${/^[\d.]{1,20}$/.test(version) ? version : 'of another version'}, and a queue needs ${VERSION_MIN.join('.')} or newer`);
  if (said('role') === 'slave') throw new UserError('it is a replica, which can only be read');
  const policy = said('maxmemory_policy');
  if (Number(said('maxmemory') ?? 0) > 0 && policy !== 'noeviction') throw new UserError(`it evicts what it holds when its memory is full (maxmemory-policy ${policy ?? 'unknown'}), and a queue needs noeviction`);
}

/** Whether somebody else's answer is what went wrong, or the way to it. */
export const isOfRedis = (error: unknown): boolean => error instanceof UserError || (error as { readonly code?: unknown }).code !== undefined || REASONS.some(([mark]) => (error as Error).message.startsWith(mark)) || /^[A-Z]{3,20} /.test((error as Error).message);

/** Whether it is the way to Redis that is gone, and no word of Redis. */
export function isOfTheWay(error: unknown): boolean {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return WAYS.includes(code ?? '') || (message ?? '').startsWith('Connection is closed');
}

const WAYS: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];

/** Why Redis did not do something, in words that show nothing of what was asked. */
export function reasonIn(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  const known = REASONS.find(([mark]) => (code ?? '') === mark || (message ?? '').startsWith(mark));
  if (known !== undefined) return known[1];
  const word = /^[A-Z]{3,20}\b/.exec(code ?? message ?? '')?.[0];
  return word === undefined ? NO_REDIS : `it answers ${word}`;
}

const NO_REDIS = 'what answers there is no Redis, or speaks otherwise';

const REASONS: readonly (readonly [mark: string, reason: string])[] = [
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'there is no such host'],
  ['ETIMEDOUT', 'nothing answered'],
  ['connect ETIMEDOUT', 'nothing answered'],
  ['EHOSTUNREACH', 'no way leads there'],
  ['ECONNRESET', NO_REDIS],
  ['EPIPE', NO_REDIS],
  ['Connection is closed', NO_REDIS],
  ['NOAUTH', 'it asks for a password: give it in GENERALS_QUEUE_PASSWORD'],
  ['WRONGPASS', 'it refuses the user or the password'],
  ['NOPERM', 'it does not permit this user what a queue needs'],
  ['OOM', 'its memory is full'],
  ['READONLY', 'it is a replica, which can only be read'],
  ['MISCONF', 'it cannot write to its disk, and so takes nothing'],
  ['LOADING', 'it is still loading what it holds'],
  // To the first word that newer ones know.
  ['ERR unknown command', `it is older than Redis ${VERSION_MIN.join('.')}, which a queue needs`],
  ['Protocol error', NO_REDIS],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by nobody that is trusted: NODE_EXTRA_CA_CERTS names who is'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is signed by nobody that is trusted: NODE_EXTRA_CA_CERTS names who is'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is signed by nobody that is trusted: NODE_EXTRA_CA_CERTS names who is'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is of another host'],
  ['ERR_SSL', 'it does not speak TLS'],
];
