import fc from 'fast-check';
import { addressOf, type Address } from '../../src/words/address.ts';
import { MEMBERS_MAX, TEXT_MAX, WORDS, isText, type Message } from '../../src/words/messages.ts';

/** Where peer 1, 2, 3 … of a test listens. */
export const at = (number: number): Address => addressOf('127.0.0.1', 5000 + number)!;

const text = (least: number): fc.Arbitrary<string> => fc.string({ minLength: least, maxLength: TEXT_MAX, unit: 'grapheme' }).filter((word) => isText(word, least));
const addresses = (least: number): fc.Arbitrary<Address[]> => fc.uniqueArray(fc.integer({ min: 1, max: 1000 }).map(at), { minLength: least, maxLength: MEMBERS_MAX / 2 });
const place = { host: fc.constantFrom('127.0.0.1', '0.0.0.0', 'localhost', ''), port: fc.integer({ min: 1, max: 65_535 }), name: text(0) };
const value = fc.option(text(0));
const oral = { type: fc.constant('consensus' as const), om: fc.nat(3), index: fc.nat(WORDS - 1), value, peers: addresses(0), id: text(1), due: fc.integer({ min: -1e12, max: 1e12 }) };

/** All that a peer can say, by type. */
export const MESSAGES: { readonly [Type in Message['type']]: fc.Arbitrary<Message & { readonly type: Type }> } = {
  gossip: fc.record({ type: fc.constant('gossip' as const), ...place, id: text(1), life: text(1) }, { requiredKeys: ['type', 'host', 'port', 'name', 'id'] }),
  'gossip-reply': fc.record({ type: fc.constant('gossip-reply' as const), ...place, replyTo: text(1), id: text(1), life: text(1), known: fc.boolean() }, { requiredKeys: ['type', 'host', 'port', 'name'] }),
  consensus: fc.oneof(fc.record(oral), fc.record({ ...oral, path: addresses(1), root: text(1), within: fc.nat(60_000), missed: fc.boolean() })),
  'consensus-reply': fc.record({ type: fc.constant('consensus-reply' as const), value, replyTo: text(1), unsure: fc.boolean() }, { requiredKeys: ['type', 'value', 'replyTo'] }),
  query: fc.record({ type: fc.constant('query' as const) }),
  'query-reply': fc.record({ type: fc.constant('query-reply' as const), database: fc.array(text(0), { minLength: WORDS, maxLength: WORDS }) }),
  set: fc.record({ type: fc.constant('set' as const), index: fc.nat(WORDS - 1), value: text(0) }),
};

export const messages: fc.Arbitrary<Message> = fc.oneof(...Object.values(MESSAGES));
