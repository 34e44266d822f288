import type { AnyRoundsProtocol } from '../core/protocol.ts';
import { exchange } from './exchange.ts';
import { king } from './king.ts';
import { oral } from './oral.ts';
import { pbft } from './pbft/order.ts';
import { signed } from './signed.ts';

/** All agreement protocols that generals can follow; one file and one line here make another. */
export const PROTOCOLS: readonly AnyRoundsProtocol[] = [exchange, oral, signed, king, pbft];

export const DEFAULT_PROTOCOL = exchange.name;

export const protocolNamed = (name: string): AnyRoundsProtocol | undefined => PROTOCOLS.find((protocol) => protocol.name === name);
