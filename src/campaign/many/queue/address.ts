import { UserError, quoted } from '../../../core/user-error.ts';

/** Where a queue is, and how it is reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly isSecure: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** What the names of all keys begin with. */
  readonly prefix: string;
  /** What may be shown of it: nothing that is secret. */
  readonly shown: string;
}

/** What is not to stand in a command line, which others may read. */
export const ENVIRONMENT = { url: 'GENERALS_QUEUE', user: 'GENERALS_QUEUE_USER', password: 'GENERALS_QUEUE_PASSWORD', prefix: 'GENERALS_QUEUE_PREFIX' } as const;

const PREFIX = 'generals';
const FORM = 'redis://host:6379/0, or rediss:// for TLS';

/** @throws UserError in one line that shows nothing secret */
export function addressIn(given: string | undefined, env: NodeJS.ProcessEnv): Address {
  const text = given ?? env[ENVIRONMENT.url];
  if (text === undefined || text === '') throw new UserError(`there is no queue: give it as --queue ${FORM}, or in ${ENVIRONMENT.url}`);
  if (!URL.canParse(text)) throw new UserError(`the queue is to be at ${FORM}; what was given is no address`);
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw new UserError(`the queue is to be at ${FORM}, not at ${quoted(url.protocol)}`);
  if (url.hostname === '') throw new UserError(`the queue is to be at ${FORM}; what was given names no host`);
  const db = /^\/(\d{1,5})$/.exec(url.pathname)?.[1] ?? (['', '/'].includes(url.pathname) ? '0' : undefined);
  if (db === undefined) throw new UserError(`a database of Redis has a number, such as ${FORM}, not ${quoted(url.pathname.slice(1))}`);
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'prefix');
  if (unknown !== undefined) throw new UserError(`an address of a queue has no ${quoted(unknown)}: only ?prefix=<word>`);
  const prefix = url.searchParams.get('prefix') ?? env[ENVIRONMENT.prefix] ?? PREFIX;
  if (!/^[\w.-]{1,64}$/.test(prefix)) throw new UserError(`a prefix is a word of letters, digits, dots and dashes, not ${quoted(prefix)}`);
  const [host, port, isSecure] = [url.hostname.replace(/^\[(.*)\]$/, '$1'), url.port === '' ? 6379 : Number(url.port), url.protocol === 'rediss:'];
  return {
    host, port, isSecure, prefix,
    db: Number(db),
    user: url.username === '' ? env[ENVIRONMENT.user] : decodeURIComponent(url.username),
    password: url.password === '' ? env[ENVIRONMENT.password] : decodeURIComponent(url.password),
    shown: `${url.protocol}//${url.hostname}:${port}/${db}${prefix === PREFIX ? '' : `?prefix=${prefix}`}`,
  };
}
