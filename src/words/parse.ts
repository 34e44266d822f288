import { addressOf, isPort, parseAddress, type Address } from './address.ts';
import { MEMBERS_MAX, WORDS, isText } from './messages.ts';
import type { Consensus, ConsensusReply, Gossip, GossipReply, Message, QueryReply, SetWord } from './messages.ts';
import { WITHIN_LONGEST } from './patience.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The message that a datagram is, else why it is none: what it is counted under. Total: a wire may hold anything. */
export function messageIn(text: string): Message | Fault {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'no-object';
  return parseFields(input as Fields);
}

export type Fault = 'not-json' | 'no-object' | 'unknown-command' | 'bad-fields';

/** The message of that datagram, as an object; undefined if it is none. */
export function parseMessage(input: unknown): Message | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const message = parseFields(input as Fields);
  return typeof message === 'string' ? undefined : message;
}

function parseFields(fields: Fields): Message | Fault {
  const command = own(fields, 'command');
  // Both signs are in use in the names of answers.
  const name = typeof command === 'string' && command.length <= NAME_MAX ? command.replaceAll('_', '-') : '';
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  return read === undefined ? 'unknown-command' : (read(fields) ?? 'bad-fields');
}

const NAME_MAX = 32;

const READERS: Readonly<Record<string, (fields: Fields) => Message | undefined>> = {
  GOSSIP: gossip,
  FLOOD: gossip,
  'GOSSIP-REPLY': gossipReply,
  'FLOOD-REPLY': gossipReply,
  CONSENSUS: consensus,
  'CONSENSUS-REPLY': consensusReply,
  QUERY: () => ({ type: 'query' }),
  'QUERY-REPLY': queryReply,
  SET: setWord,
};

function gossip(fields: Fields): Gossip | undefined {
  const place = placeIn(fields);
  const id = idIn(own(fields, 'messageID'));
  return place === undefined || id === undefined ? undefined : { type: 'gossip', ...place, id };
}

function gossipReply(fields: Fields): GossipReply | undefined {
  const place = placeIn(fields);
  if (place === undefined) return undefined;
  const [answered, asking, known] = [own(fields, 'reply-to'), own(fields, 'messageID'), own(fields, 'known')];
  const [replyTo, id] = [idIn(answered), idIn(asking)];
  if (known !== undefined && typeof known !== 'boolean') return undefined;
  if (!isReadIfThere(answered, replyTo) || !isReadIfThere(asking, id)) return undefined;
  return { type: 'gossip-reply', ...place, ...given({ replyTo }), ...given({ id }), ...given({ known }) };
}

/** A host may be a name, or mean all addresses: then the datagram’s own source counts. */
function placeIn(fields: Fields): Pick<Gossip, 'host' | 'port' | 'name' | 'life'> | undefined {
  const [host, port, name, said] = [own(fields, 'host'), own(fields, 'port'), own(fields, 'name'), own(fields, 'life')];
  const life = idIn(said);
  const isNamed = typeof host === 'string' && isText(host) && typeof name === 'string' && isText(name);
  if (!isNamed || !isPort(port) || !isReadIfThere(said, life)) return undefined;
  return { host, port, name, ...given({ life }) };
}

function consensus(fields: Fields): Consensus | undefined {
  const [om, index, due] = [own(fields, 'OM'), own(fields, 'index'), own(fields, 'due')];
  const value = valueIn(own(fields, 'value'));
  const peers = addressesIn(own(fields, 'peers'));
  const id = idIn(own(fields, 'messageID'));
  const isDue = typeof due === 'number' && Math.abs(due) <= DUE_MAX;
  const isNumbered = isCount(om, MEMBERS_MAX) && isIndex(index) && isDue;
  if (!isNumbered || value === undefined || peers === undefined || id === undefined) return undefined;
  // JSON has a zero of either sign, and we write but one.
  const message = { type: 'consensus', om, index, value, peers, id, due: due + 0 } as const;
  const [path, root, within, missed] = ['path', 'root', 'within', 'missed'].map((name) => own(fields, name));
  const isOld = [path, root, within, missed].every((field) => field === undefined);
  if (isOld) return message;
  const [through, of] = [addressesIn(path), idIn(root)];
  const isPlaced = through !== undefined && through.length > 0 && of !== undefined;
  if (!isPlaced || !isCount(within, WITHIN_LONGEST + 1) || typeof missed !== 'boolean') return undefined;
  return { ...message, path: through, root: of, within, missed };
}

/** Seconds since 1970 in some tens of thousands of years: a sum with these stays exact. */
const DUE_MAX = 1e12;

function consensusReply(fields: Fields): ConsensusReply | undefined {
  const value = valueIn(own(fields, 'value'));
  const replyTo = idIn(own(fields, 'reply-to'));
  const unsure = own(fields, 'unsure');
  if (value === undefined || replyTo === undefined) return undefined;
  if (unsure === undefined) return { type: 'consensus-reply', value, replyTo };
  return typeof unsure === 'boolean' ? { type: 'consensus-reply', value, replyTo, unsure } : undefined;
}

function queryReply(fields: Fields): QueryReply | undefined {
  // One older program gives them that name.
  const list = own(fields, 'database') ?? own(fields, 'data');
  if (!Array.isArray(list) || list.length !== WORDS) return undefined;
  const database = list.map((word) => valueIn(word) ?? undefined);
  return database.every((word) => word !== undefined) ? { type: 'query-reply', database } : undefined;
}

function setWord(fields: Fields): SetWord | undefined {
  const index = own(fields, 'index');
  const value = valueIn(own(fields, 'value'));
  return isIndex(index) && typeof value === 'string' ? { type: 'set', index, value } : undefined;
}

/** What the object itself has: its prototype, or a field of that name, has nothing to say. */
const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** Whether a field is missing, or something could be made of it. */
const isReadIfThere = (field: unknown, read: unknown): boolean => field === undefined || read !== undefined;

type Given<Name extends string, Value> = { readonly [Field in Name]?: Value };

/** A field of that name, if it has a value. */
function given<Name extends string, Value>(field: Readonly<Record<Name, Value | undefined>>): Given<Name, Value> {
  return Object.values(field)[0] === undefined ? {} : (field as Record<Name, Value>);
}

/** A word, or null; what is neither, as older programs may say, as JSON writes it. Undefined if it is too long. */
function valueIn(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (value === undefined) return undefined;
  const word = typeof value === 'string' ? value : JSON.stringify(value);
  return isText(word) ? word : undefined;
}

const idIn = (id: unknown): string | undefined => (typeof id === 'string' && isText(id, 1) ? id : undefined);

export const isIndex = (index: unknown): index is number => isCount(index, WORDS);

const isCount = (value: unknown, below: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < below && !Object.is(value, -0);

/** `"host:port"` or `[host, port]`, nobody twice. */
function addressesIn(list: unknown): readonly Address[] | undefined {
  if (!Array.isArray(list) || list.length > MEMBERS_MAX) return undefined;
  const addresses = (list as readonly unknown[]).map(addressIn);
  const isNobodyTwice = new Set(addresses).size === addresses.length;
  return isNobodyTwice && addresses.every((address) => address !== undefined) ? addresses : undefined;
}

function addressIn(input: unknown): Address | undefined {
  if (typeof input === 'string') return parseAddress(input);
  if (!Array.isArray(input) || input.length !== 2) return undefined;
  const [host, port] = input as readonly unknown[];
  return typeof host === 'string' && isPort(port) ? addressOf(host, port) : undefined;
}
