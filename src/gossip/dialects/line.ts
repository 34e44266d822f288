/**
 * The dialect of 2026: UTF-8 lines, whose fields are parted by `|`. What only nodes of ours say is one line `GENERALS|<json>`, and
 * what they add to a line of the others stands behind its last field, where the others do not look. Both are said only to whom has
 * greeted as one of ours.
 */
import { endpointOf, type Address } from '../address.ts';
import type { Identity, Message } from '../messages.ts';
import { PAYLOAD_MAX, key as keyIn, life as lifeIn, notYet, parseMessage, parseStatement, signature as signatureIn } from '../parse.ts';
import type { Statement } from '../statements.ts';
import { nothingHeard, nothingSaid, timeIn, type Codec, type Decoded, type Dialect, type Encoded, type Link } from './dialect.ts';
import { addressAt, deadReportIn, deadReportOf, listIn } from './reading.ts';

/** The longest line, in characters: a page of statements fits. */
export const LINE_MAX = 256 * 1024;

export const line: Dialect = { name: '2026', about: 'lines of fields between bars', codec: (link) => new LineCodec(link) };

class LineCodec implements Codec {
  readonly #link: Link;
  /** What came of a line whose end did not. */
  #parts: string[] = [];
  #length = 0;
  /** Whether the other is one of ours. */
  #isOurs = false;

  constructor(link: Link) {
    this.#link = link;
  }

  get isOpen(): boolean {
    return false;
  }

  decode(text: string): Decoded {
    const messages: Message[] = [];
    let ignored = 0;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const whole = this.#parts.join('') + text.slice(start, end);
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
      if (whole.length > LINE_MAX) return { messages, replies: [], ignored, flaw: TOO_LONG };
      const trimmed = whole.trim();
      if (trimmed === '') continue;
      const message = messageIn(trimmed, this.#link);
      // Whoever names one message by the hash of another would have that one heard by nobody.
      const isMisnamed = message?.type === 'gossip' && this.#link.hash(message.payload) !== message.hash;
      if (message === undefined || isMisnamed) ignored += 1;
      else messages.push(message);
      if (message?.type === 'hello' && message.own !== undefined) this.#isOurs = true;
    }
    if (start < text.length) this.#parts.push(text.slice(start));
    this.#length += text.length - start;
    return { messages, replies: [], ignored, flaw: this.#length > LINE_MAX ? TOO_LONG : undefined };
  }

  /** A line ends with its end, and not before. */
  flush(): Decoded {
    return nothingHeard;
  }

  silence(): Decoded {
    return nothingHeard;
  }

  encode(message: Message): Encoded {
    const text = textOf(message, this.#isOurs);
    return text === undefined ? nothingSaid : { text: `${text}\n`, heard: [] };
  }
}

const TOO_LONG = 'a line is too long';

type Reader = (rest: string, link: Link) => Message | undefined;

/** What a line means, by its first field. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['HELLO', helloIn],
  ['PING', (rest) => timed('ping', rest)],
  ['PONG', (rest) => timed('pong', rest)],
  ['GOSSIP', gossipIn],
  ['SUSPECT_NOTICE', noticeIn],
  ['REGISTER', (rest, link) => about(rest, link, (address) => ({ type: 'register', address }))],
  ['REGISTER_OK', () => ({ type: 'registered', ok: true })],
  ['REGISTER_FAIL', (why) => ({ type: 'registered', ok: false, ...present('why', notYet(why)) })],
  ['GET_PEERS', () => ({ type: 'get-peers' })],
  ['PEER_LIST', (rest) => ({ type: 'peer-list', peers: listIn(rest) })],
  ['DEAD_CONFIRMED', (rest, link) => about(rest, link, (address) => ({ type: 'dead-answer', address, confirmed: true }))],
  ['DEAD_REJECTED', (rest, link) => about(rest, link, (address) => ({ type: 'dead-answer', address, confirmed: false }))],
  ['JOIN_PROPOSE', (rest, link) => about(rest, link, (address, [key, life]) => ({ type: 'join-propose', address, ...present('key', key === NO_KEY ? '' : keyIn(key || undefined)), ...present('life', count(life)) }))],
  ['DEAD_PROPOSE', (rest, link) => about(rest, link, (address, [life]) => ({ type: 'dead-propose', address, ...present('life', count(life)) }))],
  ['JOIN_VOTE', (rest, link) => about(rest, link, (address, fields) => ({ type: 'join-vote', address, ...votedIn(fields) }))],
  ['DEAD_VOTE', (rest, link) => about(rest, link, (address, fields) => ({ type: 'dead-vote', address, ...votedIn(fields) }))],
  ['JOIN_COMMIT', (rest, link) => about(rest, link, (address, fields) => ({ type: 'join-commit', address, ...present('statement', statementIn(fields)) }))],
  ['DEAD_COMMIT', (rest, link) => about(rest, link, (address, fields) => ({ type: 'dead-commit', address, ...present('statement', statementIn(fields)) }))],
  ['COMMITTED', () => ({ type: 'committed' })],
  ['GENERALS', (rest) => parseMessage(jsonIn(rest))],
]);

/** @param text a line less its end, and less the space around it */
function messageIn(text: string, link: Link): Message | undefined {
  if (text.startsWith('Dead Node:')) return deadReportIn(text, link);
  const bar = text.indexOf('|');
  const [head, rest] = bar === -1 ? [text, ''] : [text.slice(0, bar), text.slice(bar + 1)];
  return READERS.get(head)?.(rest, link);
}

function helloIn(rest: string, link: Link): Message | undefined {
  return about(rest, link, (address, [mark, role, version, cluster, key, life, nonce, visits]) => {
    const hello = parseMessage({ type: 'hello', address, own: { role, version, cluster, key, visits: visits === VISIT, life: count(life), nonce } });
    return mark === MARK && hello !== undefined ? hello : { type: 'hello', address };
  });
}

/** By which the fields of ours behind a greeting are known. */
const MARK = 'generals';
const VISIT = 'visit';

function timed(type: 'ping' | 'pong', rest: string): Message | undefined {
  const at = timeIn(rest.split('|', 1)[0]!.trim());
  return at === undefined ? undefined : { type, at };
}

function gossipIn(rest: string): Message | undefined {
  const bar = rest.indexOf('|');
  const [hash, payload] = [rest.slice(0, bar).toLowerCase(), rest.slice(bar + 1)];
  return bar === -1 || !/^[0-9a-f]{64}$/.test(hash) || payload.length > PAYLOAD_MAX || !payload.isWellFormed() ? undefined : { type: 'gossip', hash, payload };
}

function noticeIn(rest: string, link: Link): Message | undefined {
  return about(rest, link, (address, [host = '', port = '']) => {
    const by = addressAt(host, port, link);
    return by === undefined ? undefined : { type: 'suspect-notice', address, by };
  });
}

/** What is about the address in the first two fields. */
function about(rest: string, link: Link, then: (address: Address, fields: readonly string[]) => Message | undefined): Message | undefined {
  const [host = '', port = '', ...fields] = rest.split('|', FIELDS_MAX);
  const address = addressAt(host.trim(), port.trim(), link);
  return address === undefined ? undefined : then(address, fields);
}

const FIELDS_MAX = 12;

const votedIn = ([word, life, signature]: readonly string[]): { readonly ok: boolean; readonly life?: number; readonly signature?: string } => ({
  ok: word?.trim() === 'OK',
  ...present('life', count(life)),
  ...present('signature', signatureIn(signature || undefined)),
});

const statementIn = ([json]: readonly string[]): Statement | undefined => parseStatement(jsonIn(json ?? ''));

const count = (text: string | undefined): number | undefined => (/^\d{1,10}$/.test(text ?? '') ? lifeIn(Number(text)) : undefined);

/** A field that may be missing, in an object. */
const present = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } => (value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: Value }));

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The key of those that have none, where an empty field says nothing at all. */
const NO_KEY = '-';

/** A message as a line, less its end. */
function textOf(message: Message, isOurs: boolean): string | undefined {
  switch (message.type) {
    case 'hello':
      return `HELLO|${fieldsOf(message.address)}${message.own === undefined ? '' : ownOf(message.own)}`;
    case 'ping':
      return `PING|${message.at}`;
    case 'pong':
      return `PONG|${message.at}`;
    case 'gossip':
      return /[\r\n]/.test(message.payload) ? undefined : `GOSSIP|${message.hash}|${message.payload}`;
    case 'suspect-notice':
      return `SUSPECT_NOTICE|${fieldsOf(message.address)}|${fieldsOf(message.by)}`;
    case 'register':
      return `REGISTER|${fieldsOf(message.address)}`;
    case 'registered':
      return message.ok ? 'REGISTER_OK' : `REGISTER_FAIL${isOurs && message.why !== undefined ? `|${message.why}` : ''}`;
    case 'get-peers':
      return 'GET_PEERS';
    case 'peer-list':
      // Among ours, as JSON, which has the degrees.
      if (isOurs && message.peers.some(({ degree }) => degree !== undefined)) return `GENERALS|${JSON.stringify(message)}`;
      return `PEER_LIST|${message.peers.map(({ address }) => address).join(',')}`;
    case 'dead-report':
      return deadReportOf(message);
    case 'dead-answer':
      return `${message.confirmed ? 'DEAD_CONFIRMED' : 'DEAD_REJECTED'}|${fieldsOf(message.address)}`;
    case 'join-propose':
      return `JOIN_PROPOSE|${fieldsOf(message.address)}${isOurs ? `|${message.key === '' ? NO_KEY : (message.key ?? '')}|${message.life ?? ''}` : ''}`;
    case 'dead-propose':
      return `DEAD_PROPOSE|${fieldsOf(message.address)}${isOurs && message.life !== undefined ? `|${message.life}` : ''}`;
    case 'join-vote':
    case 'dead-vote':
      return `${message.type === 'join-vote' ? 'JOIN' : 'DEAD'}_VOTE|${fieldsOf(message.address)}|${message.ok ? 'OK' : 'NO'}${isOurs ? `|${message.life ?? ''}|${message.signature ?? ''}` : ''}`;
    case 'join-commit':
    case 'dead-commit':
      return `${message.type === 'join-commit' ? 'JOIN' : 'DEAD'}_COMMIT|${fieldsOf(message.address)}${isOurs && message.statement !== undefined ? `|${JSON.stringify(message.statement)}` : ''}`;
    case 'committed':
      return 'COMMITTED';
    case 'proof':
    case 'refused':
    case 'statements':
    case 'view':
    case 'ask-about':
    case 'probe':
    case 'probed':
    case 'beacon':
    case 'degree':
    case 'left-noted':
      return isOurs ? `GENERALS|${JSON.stringify(message)}` : undefined;
    default:
      return message satisfies never;
  }
}

/** `<ip>|<port>`. */
function fieldsOf(address: Address): string {
  const { host, port } = endpointOf(address);
  return `${host}|${port}`;
}

const ownOf = ({ role, version, cluster, key, visits, life, nonce }: Identity): string => `|${[MARK, role, version, cluster, key, life, nonce, ...(visits ? [VISIT] : [])].join('|')}`;
