import type { AnyRoundsProtocol, OrderVocabulary, RoundsProtocol } from '../protocol.ts';
import { exchange } from './exchange.ts';
import { king } from './king.ts';
import { oral } from './oral.ts';
import { pbft } from './pbft.ts';
import { signed } from './signed.ts';

/** Those that are ours; one file and one line here make another. */
const OURS = listOf(exchange, oral, signed, king, pbft);

export type NamedProtocol = (typeof OURS)[number];

const all: NamedProtocol[] = [...OURS];

/** All agreement protocols that generals can follow: ours, then those that somebody brought. */
export const PROTOCOLS: readonly NamedProtocol[] = all;

export type ProtocolName = NamedProtocol['name'];

export const DEFAULT_PROTOCOL = exchange.name;

export const protocolNamed = (name: string): NamedProtocol | undefined => PROTOCOLS.find((protocol) => protocol.name === name);

/** Adds one that somebody brought. From then on its name is found as ours are, though no type lists it. */
export const registerProtocol = (protocol: AnyRoundsProtocol): unknown => all.push(protocol as NamedProtocol);

function listOf<Name extends string>(...protocols: RoundsProtocol<OrderVocabulary, unknown, Name>[]): readonly RoundsProtocol<OrderVocabulary, unknown, Name>[] {
  return protocols;
}
