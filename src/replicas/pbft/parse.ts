/** What comes off a wire, made a message or nothing. What is bounded here needs no bound elsewhere. */
import type { Message } from './messages.ts';
import { FLAWS, isKey, VALUE_LENGTH } from './operation.ts';
import { CLIENTS, NUMBERS, OPERATION_LENGTH, PLACES, VIEWS } from './settings.ts';
import { ANSWERS_PAGE, KEYS_PAGE, MARK_LENGTH, MARKS_PAGE, PAGES, VALUES_PAGE } from './pages.ts';
import { TAIL, TAIL_LENGTH } from './store.ts';

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

/** The most replicas of a cluster, and so the most votes in a certificate. */
const REPLICAS = 1024;
const BATCH = 4096;
/** The most sequence numbers in a window. */
const WINDOW = 4096;

// JSON knows −0, which is 0 in canonical bytes and another number elsewhere.
const natural: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
const below = (limit: number): Check => (value) => natural(value) && (value as number) < limit;
const from1Below = (limit: number): Check => (value) => below(limit)(value) && value !== 0;
const text = (length: number): Check => (value) => typeof value === 'string' && value.length <= length;
const flag: Check = (value) => typeof value === 'boolean';
const list = (item: Check, most: number, least = 0): Check => (value) => Array.isArray(value) && value.length >= least && value.length <= most && value.every(item);
const tuple = (...items: readonly Check[]): Check => (value) => Array.isArray(value) && value.length === items.length && items.every((item, index) => item(value[index]));
const either = (...checks: readonly Check[]): Check => (value) => checks.some((check) => check(value));

/** Just these fields, and no others. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(checks);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name) && checks[name]!((value as Fields)[name]));
  };
}

const digest = text(128);
const signature = text(256);
const node = below(REPLICAS * (1 + CLIENTS));
const replica = below(REPLICAS);
const view = below(VIEWS);
const laterView = from1Below(VIEWS);
/** A sequence number, or 0 for none. */
const upTo = below(PLACES);
const sequence = from1Below(PLACES);
const number = from1Below(NUMBERS);
const mark: Check = (value) => typeof value === 'string' && value.length <= MARK_LENGTH && /^[\w-]*$/.test(value);
const key: Check = (value) => typeof value === 'string' && (value === '' || isKey(value));
const signed = (body: Check): Readonly<Record<string, Check>> => ({ body, signature });

const request = signed(fields({ client: node, timestamp: number, mark, key, operation: text(OPERATION_LENGTH) }));
const batch = fields({ requests: list(fields(request), BATCH) });
const prePrepare = signed(fields({ view, sequence, digest }));
const vote = signed(fields({ view, sequence, digest, replica }));
const votes = list(fields(vote), REPLICAS, 1);
const checkpoint = signed(fields({ sequence, digest, replica }));
const certificate = fields({ prePrepare: fields(prePrepare), prepares: list(fields(vote), REPLICAS) });
const viewChange = signed(
  fields({ view: laterView, stable: upTo, proof: list(fields(checkpoint), REPLICAS), prepared: list(certificate, WINDOW), replica }),
);
const newView = signed(fields({ view: laterView, viewChanges: list(fields(viewChange), REPLICAS, 1), prePrepares: list(fields(prePrepare), WINDOW) }));
const refused = fields({ refused: (value) => typeof value === 'string' && Object.hasOwn(FLAWS, value) });
const result = either(text(VALUE_LENGTH), (value) => value === null, refused);
const outcome = either(result, fields({ stale: number }), fields({ forgotten: (value) => value === true }));
const answers = list(tuple(number, digest, outcome), BATCH, 1);
const manifest = fields({ sequence, position: upTo, chain: digest, tail: list(text(TAIL_LENGTH), TAIL), chunks: list(digest, PAGES) });
const page = (type: string, item: Check, most: number, more: Readonly<Record<string, Check>> = {}): Check =>
  fields({ type: (value) => value === type, entries: list(item, most, 1), ...more });
const chunk = either(
  page('values', tuple(text(VALUE_LENGTH), text(VALUE_LENGTH)), VALUES_PAGE),
  page('answers', tuple(number, digest, result), ANSWERS_PAGE, { client: node }),
  page('marks', mark, MARKS_PAGE, { client: node, first: upTo }),
  page('keys', tuple(key, digest, result), KEYS_PAGE, { home: replica, first: upTo }),
);

/** What each message has beside its type. */
const FIELDS: Readonly<Record<Message['type'], Readonly<Record<string, Check>>>> = {
  request,
  'pre-prepare': { ...prePrepare, batch },
  prepare: vote,
  commit: vote,
  certificate: { phase: (value) => value === 'prepare' || value === 'commit', votes },
  checkpoint,
  'view-change': viewChange,
  'new-view': newView,
  reply: signed(fields({ view, client: node, replica, answers })),
  status: { view, isChanging: flag, executed: upTo, stable: upTo },
  committed: { batch, commits: votes },
  executed: { sequence, batch },
  state: { manifest, proof: list(fields(checkpoint), REPLICAS, 1) },
  'fetch-chunk': { sequence, index: below(PAGES) },
  chunk: { sequence, index: below(PAGES), chunk },
  stable: { proof: list(fields(checkpoint), REPLICAS, 1) },
  fetch: { digest },
  batch: { batch },
};

const SHAPES: ReadonlyMap<unknown, Check> = new Map(Object.entries(FIELDS).map(([type, checks]) => [type, fields({ ...checks, type: (value) => value === type })]));

export function parseMessage(input: unknown): Message | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  return SHAPES.get((input as Fields)['type'])?.(input) === true ? (input as Message) : undefined;
}
