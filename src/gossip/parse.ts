/**
 * What comes off a wire as JSON, made a message or nothing. What is bounded here needs no bound elsewhere. Fields that nobody here
 * knows are left behind, so that a later version may say more.
 */
import { parseAddress, type Address } from './address.ts';
import type { Hello, Identity, Listed, Message } from './messages.ts';
import { COUNT_MAX, type Aged, type Alive, type Dead, type Left, type Member, type Saved, type SeedVote, type Statement, type Suspect } from './statements.ts';

/** The value, less what nobody knows; undefined if it is none. */
type Reader<T> = (value: unknown) => T | undefined;

/** The longest text that a gossip message may carry: older programs read at most 1,024 bytes at once. */
export const PAYLOAD_MAX = 1000;
/** The most seeds of a network, and so the most votes for anything. */
export const SEEDS_MAX = 128;
/** The most statements that are told at once, and the most peers of one list. */
export const STATEMENTS_MAX = 1000;
const PEERS_MAX = 20_000;

export const address: Reader<Address> = (value) => {
  if (typeof value !== 'string' || value.length > 80) return undefined;
  const parsed = parseAddress(value);
  return parsed === value ? parsed : undefined;
};

const text = (most: number): Reader<string> => (value) => (typeof value === 'string' && value.length <= most && value.isWellFormed() ? value : undefined);
const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const number: Reader<number> = (value) => (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined);
// JSON knows −0, which is 0 in canonical bytes and another number elsewhere.
const whole = (min: number, max: number): Reader<number> => (value) => (Number.isInteger(value) && (value as number) >= min && (value as number) <= max && !Object.is(value, -0) ? (value as number) : undefined);
const word = <const Word extends string>(...words: readonly Word[]): Reader<Word> => (value) => words.find((one) => one === value);

function list<T>(item: Reader<T>, most: number): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined;
    const items: T[] = [];
    for (const one of value as readonly unknown[]) {
      const read = item(one);
      if (read === undefined) return undefined;
      items.push(read);
    }
    return items;
  };
}

/** The names of the fields that a type may lack. */
type Lackable<T> = { [K in keyof T]-?: undefined extends T[K] ? K : Record<never, never> extends Pick<T, K> ? K : never }[keyof T];

type Readers<T> = { readonly [K in Exclude<keyof T, Lackable<T>>]: Reader<T[K]> };
type LackableReaders<T> = { readonly [K in Lackable<T>]: Reader<Exclude<T[K], undefined>> };

/** @param lackable the fields that may be missing, but not be anything else */
function shape<T extends object>(readers: Readers<T>, lackable: LackableReaders<T>): Reader<T> {
  const fields = [...Object.entries<Reader<unknown>>(readers).map(([name, reader]) => ({ name, reader, isNeeded: true })), ...Object.entries<Reader<unknown>>(lackable).map(([name, reader]) => ({ name, reader, isNeeded: false }))];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const found: Record<string, unknown> = {};
    for (const { name, reader, isNeeded } of fields) {
      if (!Object.hasOwn(value, name)) {
        if (isNeeded) return undefined;
        continue;
      }
      const read = reader((value as Readonly<Record<string, unknown>>)[name]);
      if (read === undefined) return undefined;
      found[name] = read;
    }
    return found as T;
  };
}

const NONE = {};

/** 0 of a node that no seed let in yet. */
export const life = whole(0, COUNT_MAX);
export const key = text(128);
export const signature = text(256);
const incarnation = whole(0, COUNT_MAX);
const at = number;

const vote = shape<SeedVote>({ seed: address, signature }, NONE);
const votes = list(vote, SEEDS_MAX);

const STATEMENTS: { readonly [Type in Statement['type']]: Reader<Extract<Statement, { type: Type }>> } = {
  member: shape<Member>({ type: word('member'), address, key, life, votes }, NONE),
  alive: shape<Alive>({ type: word('alive'), address, life, incarnation, signature }, NONE),
  suspect: shape<Suspect>({ type: word('suspect'), address, life, incarnation, by: address, signature }, NONE),
  left: shape<Left>({ type: word('left'), address, life, signature }, NONE),
  dead: shape<Dead>({ type: word('dead'), address, life, votes }, NONE),
};

export const parseStatement: Reader<Statement> = (value) => {
  const reader: Reader<Statement> | undefined = readerFor<Statement>(STATEMENTS, value);
  return reader?.(value);
};

const aged = shape<Aged>({ type: word('aged'), floor: whole(0, COUNT_MAX) }, NONE);

export const parseSaved: Reader<Saved> = (value) => aged(value) ?? parseStatement(value);

const identity = shape<Identity>({ role: word('peer', 'seed'), version: text(32), cluster: text(64), key, visits: flag, life, nonce: text(64) }, NONE);
const listed = shape<Listed>({ address }, { degree: whole(0, COUNT_MAX) });

/** Why somebody was not let in yet. */
export const notYet = word('undecided', 'unreached');

type Of<Type extends Message['type']> = Extract<Message, { type: Type }>;

const MESSAGES: { readonly [Type in Message['type']]: Reader<Of<Type>> } = {
  hello: shape<Hello>({ type: word('hello'), address }, { own: identity }),
  ping: shape<Of<'ping'>>({ type: word('ping'), at }, NONE),
  pong: shape<Of<'pong'>>({ type: word('pong'), at }, NONE),
  gossip: shape<Of<'gossip'>>({ type: word('gossip'), hash: text(64), payload: text(PAYLOAD_MAX) }, NONE),
  'suspect-notice': shape<Of<'suspect-notice'>>({ type: word('suspect-notice'), address, by: address }, NONE),
  register: shape<Of<'register'>>({ type: word('register'), address }, NONE),
  registered: shape<Of<'registered'>>({ type: word('registered'), ok: flag }, { why: notYet }),
  'get-peers': shape<Of<'get-peers'>>({ type: word('get-peers') }, NONE),
  'peer-list': shape<Of<'peer-list'>>({ type: word('peer-list'), peers: list(listed, PEERS_MAX) }, NONE),
  'dead-report': shape<Of<'dead-report'>>({ type: word('dead-report'), address, at: text(40), reporter: text(64) }, NONE),
  'dead-answer': shape<Of<'dead-answer'>>({ type: word('dead-answer'), address, confirmed: flag }, NONE),
  'join-propose': shape<Of<'join-propose'>>({ type: word('join-propose'), address }, { key, life }),
  'join-vote': shape<Of<'join-vote'>>({ type: word('join-vote'), address, ok: flag }, { life, signature }),
  'join-commit': shape<Of<'join-commit'>>({ type: word('join-commit'), address }, { statement: parseStatement }),
  'dead-propose': shape<Of<'dead-propose'>>({ type: word('dead-propose'), address }, { life }),
  'dead-vote': shape<Of<'dead-vote'>>({ type: word('dead-vote'), address, ok: flag }, { life, signature }),
  'dead-commit': shape<Of<'dead-commit'>>({ type: word('dead-commit'), address }, { statement: parseStatement }),
  committed: shape<Of<'committed'>>({ type: word('committed') }, NONE),
  proof: shape<Of<'proof'>>({ type: word('proof'), signature }, NONE),
  refused: shape<Of<'refused'>>({ type: word('refused'), reason: text(200) }, NONE),
  statements: shape<Of<'statements'>>({ type: word('statements'), statements: list(parseStatement, STATEMENTS_MAX) }, NONE),
  view: shape<Of<'view'>>({ type: word('view'), checksum: whole(0, 2 ** 53 - 1), size: whole(0, COUNT_MAX), isAnswer: flag }, NONE),
  'ask-about': shape<Of<'ask-about'>>({ type: word('ask-about'), members: list(shape<{ readonly address: Address; readonly life: number }>({ address, life }, NONE), STATEMENTS_MAX) }, NONE),
  probe: shape<Of<'probe'>>({ type: word('probe'), number: whole(0, COUNT_MAX), address }, NONE),
  probed: shape<Of<'probed'>>({ type: word('probed'), number: whole(0, COUNT_MAX), ok: flag }, NONE),
  beacon: shape<Of<'beacon'>>({ type: word('beacon'), root: address, life: whole(0, COUNT_MAX), number: whole(0, COUNT_MAX) }, NONE),
  degree: shape<Of<'degree'>>({ type: word('degree'), degree: whole(0, COUNT_MAX) }, NONE),
  'left-noted': shape<Of<'left-noted'>>({ type: word('left-noted') }, NONE),
};

export const parseMessage: Reader<Message> = (value) => {
  const reader: Reader<Message> | undefined = readerFor<Message>(MESSAGES, value);
  return reader?.(value);
};

function readerFor<T>(readers: Readonly<Record<string, Reader<T>>>, value: unknown): Reader<T> | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return undefined;
  const { type } = value as { readonly type: unknown };
  return typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
}
