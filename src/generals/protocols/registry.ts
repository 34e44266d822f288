import type { OrderVocabulary, RoundsProtocol } from '../protocol.ts';
import { exchange } from './exchange.ts';
import { king } from './king.ts';
import { oral } from './oral.ts';
import { pbft } from './pbft.ts';
import { signed } from './signed.ts';

/** All agreement protocols that generals can follow; one file and one line here make another. */
export const PROTOCOLS = listOf(exchange, oral, signed, king, pbft);

export type NamedProtocol = (typeof PROTOCOLS)[number];

export type ProtocolName = NamedProtocol['name'];

export const DEFAULT_PROTOCOL = exchange.name;

export const protocolNamed = (name: string): NamedProtocol | undefined => PROTOCOLS.find((protocol) => protocol.name === name);

function listOf<Name extends string>(...protocols: RoundsProtocol<OrderVocabulary, unknown, Name>[]): readonly RoundsProtocol<OrderVocabulary, unknown, Name>[] {
  return protocols;
}
