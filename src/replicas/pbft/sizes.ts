/**
 * How large each message can be as JSON, from a loyal replica or client: what is larger is not worth reading. It follows
 * from the settings, as what can be in a message does: a batch, a window, a quorum.
 */
import { byzantineQuorum } from '../../core/quorum.ts';
import type { Settings } from '../../core/machine.ts';
import type { Message } from './messages.ts';
import { KEY_LENGTH, VALUE_LENGTH } from './operation.ts';
import { OPERATION_LENGTH, settingsOf } from './settings.ts';
import { ANSWERS_PAGE, KEYS_PAGE, MARKS_PAGE, MARK_LENGTH, PAGES, VALUES_PAGE } from './pages.ts';
import { TAIL, TAIL_LENGTH } from './store.ts';

export interface MessageSize {
  readonly bytes: number;
  /** How deep objects and lists are in each other. */
  readonly depth: number;
  /** Commas, colons and opening brackets. */
  readonly parts: number;
}

/** The largest message of each type among n replicas. */
export function messageSizes(n: number, settings: Settings): Readonly<Record<Message['type'], MessageSize>> {
  const { checkpointEvery, batch: batchMax } = settingsOf(settings);
  const window = 2 * checkpointEvery;
  const quorum = byzantineQuorum(n);
  const type = name('view-change');
  const signed = (body: MessageSize): Fields => ({ body, signature: name('x'.repeat(SIGNATURE)) });
  const digest = name('x'.repeat(DIGEST));
  const mark = name('x'.repeat(MARK_LENGTH));
  const key = ascii(KEY_LENGTH);

  const request = signed(object({ client: NUMBER, timestamp: NUMBER, mark, key, operation: text(OPERATION_LENGTH) }));
  const batch = object({ requests: list(object(request), batchMax) });
  const proposal = { view: NUMBER, sequence: NUMBER, digest };
  const prePrepare = signed(object(proposal));
  const vote = signed(object({ ...proposal, replica: NUMBER }));
  const checkpoint = signed(object({ sequence: NUMBER, digest, replica: NUMBER }));
  const proof = list(object(checkpoint), n);
  const prepared = object({ prePrepare: object(prePrepare), prepares: list(object(vote), quorum) });
  const viewChange = signed(object({ view: NUMBER, stable: NUMBER, proof, prepared: list(prepared, window), replica: NUMBER }));
  const newView = signed(object({ view: NUMBER, viewChanges: list(object(viewChange), quorum), prePrepares: list(object(prePrepare), window) }));
  const value = text(VALUE_LENGTH);
  // Or why there is none, which is shorter, and an object.
  const result = largest(value, object({ forgotten: name('true') }), object({ stale: NUMBER }));
  const answer = tuple(NUMBER, digest, result);
  const manifest = object({ sequence: NUMBER, position: NUMBER, chain: digest, tail: list(text(TAIL_LENGTH), TAIL), chunks: list(digest, PAGES) });
  const page = (item: MessageSize, count: number): MessageSize => object({ type, client: NUMBER, first: NUMBER, entries: list(item, count) });
  const chunk = largest(page(tuple(value, value), VALUES_PAGE), page(answer, ANSWERS_PAGE), page(mark, MARKS_PAGE), page(tuple(key, digest, result), KEYS_PAGE));
  const votes = list(object(vote), n);
  return {
    request: object({ type, ...request }),
    'pre-prepare': object({ type, ...prePrepare, batch }),
    prepare: object({ type, ...vote }),
    commit: object({ type, ...vote }),
    certificate: object({ type, phase: type, votes }),
    checkpoint: object({ type, ...checkpoint }),
    'view-change': object({ type, ...viewChange }),
    'new-view': object({ type, ...newView }),
    reply: object({ type, ...signed(object({ view: NUMBER, client: NUMBER, replica: NUMBER, answers: list(answer, batchMax) })) }),
    status: object({ type, view: NUMBER, isChanging: name('false'), executed: NUMBER, stable: NUMBER }),
    committed: object({ type, batch, commits: votes }),
    executed: object({ type, sequence: NUMBER, batch }),
    state: object({ type, manifest, proof }),
    'fetch-chunk': object({ type, sequence: NUMBER, index: NUMBER }),
    chunk: object({ type, sequence: NUMBER, index: NUMBER, chunk }),
    stable: object({ type, proof }),
    fetch: object({ type, digest }),
    batch: object({ type, batch }),
  };
}

/** Characters of a SHA-256 and of an ed25519 signature, in base64url. */
const DIGEST = 43;
const SIGNATURE = 86;

type Fields = Readonly<Record<string, MessageSize>>;

/** The largest, a sequence number, has 15 digits. */
const NUMBER: MessageSize = { bytes: 15, depth: 0, parts: 0 };

/** A word that needs no escapes. */
const name = (word: string): MessageSize => ({ bytes: word.length + 2, depth: 0, parts: 0 });

/** A UTF-16 unit is six bytes at the most: `\u001f`. */
const text = (length: number): MessageSize => ({ bytes: 6 * length + 2, depth: 0, parts: 0 });

/** Printable, of which two are escaped. */
const ascii = (length: number): MessageSize => ({ bytes: 2 * length + 2, depth: 0, parts: 0 });

const list = (item: MessageSize, count: number): MessageSize => ({ bytes: 2 + count * (item.bytes + 1), depth: 1 + item.depth, parts: 1 + count * (item.parts + 1) });

const tuple = (...items: readonly MessageSize[]): MessageSize => object(Object.fromEntries(items.map((item, index) => [`${index}`, item])));

const largest = (...sizes: readonly MessageSize[]): MessageSize => ({
  bytes: Math.max(...sizes.map(({ bytes }) => bytes)),
  depth: Math.max(...sizes.map(({ depth }) => depth)),
  parts: Math.max(...sizes.map(({ parts }) => parts)),
});

function object(fields: Fields): MessageSize {
  const all = Object.entries(fields);
  return {
    bytes: all.reduce((sum, [key, { bytes }]) => sum + key.length + 4 + bytes, 2),
    depth: 1 + Math.max(...all.map(([, { depth }]) => depth)),
    parts: all.reduce((sum, [, { parts }]) => sum + 2 + parts, 1),
  };
}
