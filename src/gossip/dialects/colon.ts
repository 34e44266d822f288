/**
 * The dialect of 2024: texts whose fields are parted by colons, each in a write of its own, and nothing that says where one ends. Six
 * programs share it in shades, and all are understood. A text is whole when the next begins, or when nothing came for a while.
 *
 * What it has no word for is left unsaid; where the other’s silence means something, that is heard (`Encoded.heard`): a seed answers
 * a registration by its list, and takes every report for granted.
 */
import { endpointOf, parseAddress, type Address } from '../address.ts';
import type { Listed, Message } from '../messages.ts';
import { PAYLOAD_MAX } from '../parse.ts';
import { nothingHeard, nothingSaid, timeIn, type Codec, type Decoded, type Dialect, type Encoded, type Link } from './dialect.ts';
import { HOST, addressAt, addressIn, deadReportIn, deadReportOf, listIn } from './reading.ts';

/** What a write has at most: readers take it by one `recv`. */
export const TEXT_MAX = 1023;
/** How much may wait for its end; only lists are long. */
const WAITING_MAX = 64 * 1024;

export const colon: Dialect = { name: '2024', about: 'texts of fields between colons, without ends', codec: (link) => new ColonCodec(link) };

class ColonCodec implements Codec {
  readonly #link: Link;
  #waiting = '';
  /** What this node said, and is not answered yet. */
  #asked: 'list' | 'connection' | undefined;
  /** The last list that came, which is the answer to whoever asks for it. */
  #list: readonly Listed[] | undefined;
  /** Who registered here, and whether it tells how many neighbours it has. */
  #joiner: { readonly address: Address; readonly hasDegree: boolean } | undefined;
  #wantsConnection = false;
  /** Whether the other only listens, as one does that has neighbours enough. */
  #isOneWay = false;
  /** The host that the other last gave for itself. */
  #requester: string | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  get isOpen(): boolean {
    return this.#waiting !== '';
  }

  decode(text: string): Decoded {
    this.#isOneWay = false;
    const pieces = (this.#waiting + text).split(BEGINNINGS);
    this.#waiting = pieces.pop()!;
    if (this.#waiting.length > WAITING_MAX) return { ...this.#read(pieces), flaw: 'a text has no end' };
    // A list is whole when this node stands behind the others.
    if (this.#asked === 'list' && /[,;]/.test(this.#waiting) && lastOf(this.#waiting) === this.#link.own) pieces.push(this.#takeWaiting());
    return this.#read(pieces);
  }

  flush(): Decoded {
    return this.#read([this.#takeWaiting()]);
  }

  /** It accepts no connection, and does not close this one: it may listen, but will not answer. */
  silence(): Decoded {
    const { dialled } = this.#link;
    if (dialled === undefined || this.#asked !== 'connection') return nothingHeard;
    this.#asked = undefined;
    this.#isOneWay = true;
    return { ...nothingHeard, messages: [{ type: 'hello', address: dialled }] };
  }

  #takeWaiting(): string {
    const text = this.#waiting;
    this.#waiting = '';
    return text;
  }

  #read(pieces: readonly string[]): Decoded {
    const messages: Message[] = [];
    const replies: string[] = [];
    let ignored = 0;
    for (const piece of pieces) {
      const text = piece.trim();
      if (text === '') continue;
      if (COUNTED.test(text)) {
        replies.push('OK');
        continue;
      }
      const read = this.#messagesIn(text);
      if (read.length === 0) ignored += 1;
      messages.push(...read);
    }
    return { messages, replies, ignored, flaw: undefined };
  }

  /** @param text one message, as far as can be told */
  #messagesIn(text: string): readonly Message[] {
    const link = this.#link;
    if (text.startsWith('Dead Node')) return listOf(deadReportIn(text, link));
    if (text.startsWith('Disconnected Node')) return [];
    const request = LIVENESS_REQUEST.exec(text);
    if (request !== null) {
      this.#requester = request[2];
      return listOf(timed('ping', request[1]!));
    }
    const reply = LIVENESS_REPLY.exec(text);
    if (reply !== null) return listOf(timed('pong', reply[1]!));
    const connect = CONNECT_REQUEST.exec(text);
    if (connect !== null) {
      const address = addressAt(connect[1]!, connect[2]!, link);
      this.#wantsConnection = address !== undefined;
      return address === undefined ? [] : [{ type: 'hello', address }];
    }
    if (ACCEPTED.test(text)) {
      if (link.dialled === undefined || this.#asked !== 'connection') return [];
      this.#asked = undefined;
      return [{ type: 'hello', address: link.dialled }];
    }
    if (GOSSIP.test(text) && text.length <= PAYLOAD_MAX) return [{ type: 'gossip', hash: link.hash(text), payload: text }];
    if (link.dialled !== undefined) return this.#listed(text);
    return this.#registration(text);
  }

  #listed(text: string): readonly Message[] {
    const peers = listIn(text);
    if (peers.length === 0) return [];
    this.#list = peers;
    const isAnswer = this.#asked === 'list';
    this.#asked = undefined;
    return isAnswer ? [{ type: 'registered', ok: true }] : [{ type: 'peer-list', peers }];
  }

  #registration(text: string): readonly Message[] {
    const found = REGISTRATION.exec(text);
    const address = found === null ? undefined : addressIn(found[1]!, this.#link);
    if (address === undefined) return [];
    this.#joiner = { address, hasDegree: found![2] !== undefined };
    return [{ type: 'register', address }];
  }

  encode(message: Message): Encoded {
    const { own, dialled, isToSeed, isSeed, source } = this.#link;
    const host = endpointOf(own).host;
    switch (message.type) {
      case 'hello':
        if (dialled !== undefined) {
          // A seed would take it for a registration, and a peer would take a seed for another peer.
          if (isToSeed || isSeed) return nothingSaid;
          this.#asked = 'connection';
          return said(`New Connect Request From:${own}`);
        }
        if (!this.#wantsConnection) return nothingSaid;
        this.#wantsConnection = false;
        return said('New Connect Accepted');
      case 'ping':
        // As long as the connection holds, it lives.
        if (this.#isOneWay) return { text: undefined, heard: [{ type: 'pong', at: message.at }] };
        return isToSeed ? nothingSaid : said(`Liveness Request:${message.at}:${host}`);
      case 'pong':
        return said(`Liveness Reply:${message.at}:${this.#requester ?? source}:${host}`);
      case 'gossip':
        return GOSSIP.test(message.payload) ? said(message.payload) : nothingSaid;
      case 'register':
        if (dialled === undefined) return nothingSaid;
        this.#asked = 'list';
        return said(message.address);
      case 'registered':
        return message.ok && this.#joiner !== undefined ? { text: undefined, heard: [{ type: 'get-peers' }] } : nothingSaid;
      case 'get-peers':
        return { text: undefined, heard: this.#list === undefined ? [] : [{ type: 'peer-list', peers: this.#list }] };
      case 'peer-list':
        return this.#joiner === undefined ? nothingSaid : said(listText(message.peers, this.#joiner));
      case 'dead-report':
        return dialled === undefined ? nothingSaid : { ...said(deadReportOf(message)), heard: [{ type: 'dead-answer', address: message.address, confirmed: true }] };
      case 'suspect-notice':
      case 'dead-answer':
      case 'join-propose':
      case 'join-vote':
      case 'join-commit':
      case 'dead-propose':
      case 'dead-vote':
      case 'dead-commit':
      case 'committed':
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
        return nothingSaid;
      default:
        return message satisfies never;
    }
  }
}

const said = (text: string): Encoded => (text.length > TEXT_MAX ? nothingSaid : { text, heard: [] });

const TIME = String.raw`-?\d{1,16}(?:\.\d{0,20})?`;
const LIVENESS_REQUEST = new RegExp(`^Liveness Request:(${TIME}):(${HOST})$`);
const LIVENESS_REPLY = new RegExp(`^Liveness Reply:(${TIME})(?::${HOST}){1,2}$`);
const CONNECT_REQUEST = new RegExp(String.raw`^New Connect(?:ion)? Request From:\s{0,3}(${HOST}):(\d{1,5})$`);
/** As the programs of the family have it. */
const ACCEPTED = /^New (?:Connect|Connection|peer connection) accepted\.?$/i;
/** `<ts>:<ip>:<port>:GOSSIP<n>`, or `<ts>:<ip>:<n>`; others put a text in the last place. */
const GOSSIP = new RegExp(String.raw`^${TIME}:${HOST}:(?=[^\r\n]+$)`);
/** `<ip>:<port>`, and by some how many neighbours it has. */
const REGISTRATION = new RegExp(String.raw`^(${HOST}:\d{1,5})(?::(\d{1,6}))?$`);
/** What those tell a seed about how many neighbours they have: any answer will do. */
const COUNTED = new RegExp(String.raw`^(?:UPDATE:${HOST}:\d{1,5}:\d{1,6}|INCREMENT:${HOST}:\d{1,5})$`);

/**
 * Where one text ends and the next begins: at its first word, or at a time in seconds (ten digits until 2286) behind what ends a text: a
 * message’s number, the last part of an address, or a port.
 */
const BEGINNINGS = new RegExp(
  [
    String.raw`[\r\n]+`,
    String.raw`(?=Liveness Re(?:quest|ply):|New Connect|New peer connection|Dead Node|Disconnected Node|UPDATE:|INCREMENT:)`,
    String.raw`(?=[1-9]\d{9}(?:\.\d{1,9})?:)(?<=GOSSIP\d{1,2}|\.\d{1,3}|From:${HOST}:\d{1,5})`,
    String.raw`(?=[1-9]\d{9}(?:\.\d{1,9})?:${HOST}:)(?<=:\d{1,2})`,
  ].join('|'),
);

function timed(type: 'ping' | 'pong', text: string): Message | undefined {
  const at = timeIn(text);
  return at === undefined ? undefined : { type, at };
}

const listOf = (message: Message | undefined): readonly Message[] => (message === undefined ? [] : [message]);

const lastOf = (list: string): Address | undefined => parseAddress(list.trim().replace(/[,;]$/, '').split(/[,;]/).at(-1)!.trim());

/**
 * The joiner last, as its reader takes the others for all before it. What does not fit into one write is left out; whoever joins at
 * another address is told of others.
 */
function listText(peers: readonly Listed[], joiner: { readonly address: Address; readonly hasDegree: boolean }): string {
  const write = ({ address, degree = 0 }: Listed): string => (joiner.hasDegree ? `${address}:${degree}` : address);
  const others = peers.filter(({ address }) => address !== joiner.address);
  const first = others.length === 0 ? 0 : Math.floor(((endpointOf(joiner.address).port * GOLDEN) % 1) * others.length);
  const last = write(peers.find(({ address }) => address === joiner.address) ?? { address: joiner.address });
  const chosen: string[] = [];
  let room = TEXT_MAX - last.length;
  for (const other of [...others.slice(first), ...others.slice(0, first)]) {
    const text = write(other);
    room -= text.length + 1;
    if (room < 0) break;
    chosen.push(text);
  }
  return [...chosen, last].join(joiner.hasDegree ? ';' : ',');
}

/** Its multiples are spread evenly over the numbers from 0 to 1. */
const GOLDEN = 0.618034;
