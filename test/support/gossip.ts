import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { addressOf, type Address } from '../../src/gossip/address.ts';
import type { Codec, Decoded, Dialect, Link } from '../../src/gossip/dialects/dialect.ts';
import type { Message } from '../../src/gossip/messages.ts';
import { COUNT_MAX, type Statement } from '../../src/gossip/statements.ts';

export const at = (port: number, host = '127.0.0.1'): Address => addressOf(host, port)!;

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A link on which 127.0.0.1:5000 was dialled by somebody, unless it is said otherwise. */
export const linkOf = (link: Partial<Link> = {}): Link => ({ own: at(5000), dialled: undefined, isToSeed: false, isSeed: false, source: '127.0.0.1', hash: hashOf, knownAt: () => [], ...link });

/** What a codec makes of a text that comes at once, and is all. */
export function decoded(dialect: Dialect, text: string, link: Partial<Link> = {}): readonly Message[] {
  return allOf(dialect.codec(linkOf(link)), [text]).messages;
}

/** What a codec makes of pieces that come one by one, and then nothing for a while. */
export function allOf(codec: Codec, pieces: readonly string[]): Decoded {
  const parts = [...pieces.map((piece) => codec.decode(piece)), codec.flush()];
  return {
    messages: parts.flatMap(({ messages }) => messages),
    replies: parts.flatMap(({ replies }) => replies),
    ignored: parts.reduce((sum, { ignored }) => sum + ignored, 0),
    flaw: parts.find(({ flaw }) => flaw !== undefined)?.flaw,
  };
}

const host = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 255 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.')),
  fc.constantFrom('localhost', 'seed-1.lab.example', '::1', 'fe80::1:2', '2001:db8::5'),
);
const address = fc.tuple(host, fc.integer({ min: 1, max: 65_535 })).map(([name, port]) => addressOf(name, port)!);
const count = fc.integer({ min: 0, max: COUNT_MAX });
const time = fc.double({ min: 0, max: 4e9, noNaN: true }).map((seconds) => Math.round(seconds * 1e6) / 1e6);
const base64 = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('')), minLength: length, maxLength: length });
const key = fc.oneof(fc.constant(''), base64(43));
const signature = base64(86);
const word = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789.-'.split('')), minLength: 1, maxLength: 24 });
const payload = fc.tuple(time, address, fc.string({ minLength: 1, maxLength: 40 })).map(([seconds, by, text]) => `${seconds}:${by}:${text.replaceAll(/[\r\n]/g, ' ').trimEnd()}x`);
const votes = fc.array(fc.record({ seed: address, signature }), { maxLength: 4 });

export const statements: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({ type: fc.constant('member' as const), address, key, life: count, votes }),
  fc.record({ type: fc.constant('alive' as const), address, life: count, incarnation: count, signature }),
  fc.record({ type: fc.constant('suspect' as const), address, life: count, incarnation: count, by: address, signature }),
  fc.record({ type: fc.constant('left' as const), address, life: count, signature }),
  fc.record({ type: fc.constant('dead' as const), address, life: count, votes }),
);

const own = fc.record({ role: fc.constantFrom('peer' as const, 'seed' as const), version: word, cluster: word, key, visits: fc.boolean(), life: count, nonce: base64(22) });

type Of<Type extends Message['type']> = Extract<Message, { type: Type }>;

const only = <const Type extends string>(type: Type): fc.Arbitrary<Type> => fc.constant(type);

/** Messages of each type. */
export const MESSAGES: { readonly [Type in Message['type']]: fc.Arbitrary<Of<Type>> } = {
  hello: fc.record({ type: only('hello'), address, own }, { requiredKeys: ['type', 'address'] }),
  ping: fc.record({ type: only('ping'), at: time }),
  pong: fc.record({ type: only('pong'), at: time }),
  gossip: payload.map((text) => ({ type: 'gossip', hash: hashOf(text), payload: text })),
  'suspect-notice': fc.record({ type: only('suspect-notice'), address, by: address }),
  register: fc.record({ type: only('register'), address }),
  registered: fc.record({ type: only('registered'), ok: fc.boolean() }),
  'get-peers': fc.record({ type: only('get-peers') }),
  'peer-list': fc.record({ type: only('peer-list'), peers: fc.uniqueArray(fc.record({ address, degree: fc.nat(99) }, { requiredKeys: ['address'] }), { selector: (peer) => peer.address, maxLength: 12 }) }),
  'dead-report': fc.record({ type: only('dead-report'), address, at: time.map(String), reporter: host.map((name) => (name.includes(':') ? '127.0.0.1' : name)) }),
  'dead-answer': fc.record({ type: only('dead-answer'), address, confirmed: fc.boolean() }),
  'join-propose': fc.record({ type: only('join-propose'), address, key, life: count }, { requiredKeys: ['type', 'address'] }),
  'join-vote': fc.record({ type: only('join-vote'), address, ok: fc.boolean(), life: count, signature }, { requiredKeys: ['type', 'address', 'ok'] }),
  'join-commit': fc.record({ type: only('join-commit'), address, statement: statements }, { requiredKeys: ['type', 'address'] }),
  'dead-propose': fc.record({ type: only('dead-propose'), address, life: count }, { requiredKeys: ['type', 'address'] }),
  'dead-vote': fc.record({ type: only('dead-vote'), address, ok: fc.boolean(), life: count, signature }, { requiredKeys: ['type', 'address', 'ok'] }),
  'dead-commit': fc.record({ type: only('dead-commit'), address, statement: statements }, { requiredKeys: ['type', 'address'] }),
  committed: fc.record({ type: only('committed') }),
  proof: fc.record({ type: only('proof'), signature }),
  refused: fc.record({ type: only('refused'), reason: word }),
  statements: fc.record({ type: only('statements'), statements: fc.array(statements, { maxLength: 5 }) }),
  view: fc.record({ type: only('view'), checksum: count, size: count, isAnswer: fc.boolean() }),
  'ask-about': fc.record({ type: only('ask-about'), members: fc.array(fc.record({ address, life: count }), { maxLength: 5 }) }),
  probe: fc.record({ type: only('probe'), number: count, address }),
  probed: fc.record({ type: only('probed'), number: count, ok: fc.boolean() }),
  beacon: fc.record({ type: only('beacon'), root: address, life: count, number: count }),
  degree: fc.record({ type: only('degree'), degree: count }),
  'left-noted': fc.record({ type: only('left-noted') }),
};

export const messages: fc.Arbitrary<Message> = fc.oneof(...Object.values(MESSAGES));

/** A text and where it is cut. */
export const cut = (text: string): fc.Arbitrary<readonly string[]> =>
  fc.array(fc.nat(text.length), { maxLength: 6 }).map((places) => {
    const ends = [...new Set([0, ...places, text.length])].toSorted((a, b) => a - b);
    return ends.slice(1).map((end, index) => text.slice(ends[index], end));
  });
