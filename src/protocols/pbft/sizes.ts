/**
 * How large each message can be as JSON, from a loyal replica or client: what is larger is not worth reading. It follows
 * from the settings, as what can be in a message does: a batch, a window, a quorum.
 */
import { byzantineQuorum } from '../../core/quorum.ts';
import type { Settings } from '../../core/machine.ts';
import type { Message } from './messages.ts';
import { CLIENTS, CLIENT_WINDOW, OPERATION_LENGTH, settingsOf } from './settings.ts';
import { KEYS, TAIL, VALUE_LENGTH } from './store.ts';

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

  const request = signed(object({ client: NUMBER, timestamp: NUMBER, operation: text(OPERATION_LENGTH) }));
  const batch = object({ requests: list(object(request), batchMax) });
  const proposal = { view: NUMBER, sequence: NUMBER, digest };
  const prePrepare = signed(object(proposal));
  const vote = signed(object({ ...proposal, replica: NUMBER }));
  const checkpoint = signed(object({ sequence: NUMBER, digest, replica: NUMBER }));
  const proof = list(object(checkpoint), n);
  const prepared = object({ prePrepare: object(prePrepare), prepares: list(object(vote), quorum) });
  const viewChange = signed(object({ view: NUMBER, stable: NUMBER, proof, prepared: list(prepared, window), replica: NUMBER }));
  const newView = signed(object({ view: NUMBER, viewChanges: list(object(viewChange), quorum), prePrepares: list(object(prePrepare), window) }));
  const answer = pair(NUMBER, text(VALUE_LENGTH));
  const snapshot = object({
    sequence: NUMBER,
    position: NUMBER,
    chain: digest,
    values: list(pair(text(VALUE_LENGTH), text(VALUE_LENGTH)), KEYS),
    tail: list(text(OPERATION_LENGTH), TAIL),
    clients: list(pair(NUMBER, list(answer, CLIENT_WINDOW)), CLIENTS),
  });
  const state = object({ type, snapshot, proof });
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
    state: { ...state, bytes: Math.min(state.bytes, STATE_BYTES) },
    stable: object({ type, proof }),
    fetch: object({ type, digest }),
    batch: object({ type, batch }),
  };
}

/** Characters of a SHA-256 and of an ed25519 signature, in base64url. */
const DIGEST = 43;
const SIGNATURE = 86;
/** The state that all clients together could make by long answers is more than anybody is to read at once. */
const STATE_BYTES = 16 * 1024 * 1024;

type Fields = Readonly<Record<string, MessageSize>>;

/** The largest, a place, has 15 digits. */
const NUMBER: MessageSize = { bytes: 15, depth: 0, parts: 0 };

/** A word that needs no escapes. */
const name = (word: string): MessageSize => ({ bytes: word.length + 2, depth: 0, parts: 0 });

/** A UTF-16 unit is six bytes at the most: `\u001f`. */
const text = (length: number): MessageSize => ({ bytes: 6 * length + 2, depth: 0, parts: 0 });

const list = (item: MessageSize, count: number): MessageSize => ({ bytes: 2 + count * (item.bytes + 1), depth: 1 + item.depth, parts: 1 + count * (item.parts + 1) });

const pair = (first: MessageSize, second: MessageSize): MessageSize => object({ first, second });

function object(fields: Fields): MessageSize {
  const all = Object.entries(fields);
  return {
    bytes: all.reduce((sum, [key, { bytes }]) => sum + key.length + 4 + bytes, 2),
    depth: 1 + Math.max(...all.map(([, { depth }]) => depth)),
    parts: all.reduce((sum, [, { parts }]) => sum + 2 + parts, 1),
  };
}
