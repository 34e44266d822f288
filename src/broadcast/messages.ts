import type { Vocabulary } from '../core/machine.ts';
import { nodeId, type NodeId } from '../core/node.ts';

export interface BroadcastVocabulary extends Vocabulary {
  /** A value to broadcast, under a number that was not used before. */
  readonly input: { readonly number: number; readonly value: string };
  readonly message: Message;
  readonly output: { readonly type: 'delivered'; readonly origin: NodeId; readonly number: number; readonly value: string };
  /** What it said, or delivered. */
  readonly record: Message | BroadcastVocabulary['output'];
}

export interface Message {
  readonly type: 'initial' | 'echo' | 'ready';
  /** Whose broadcast it is, and which of these. */
  readonly origin: NodeId;
  readonly number: number;
  readonly value: string;
}

/** Numbers of broadcasts are below this. */
export const NUMBERS = 2 ** 31;

/** The most UTF-16 units of a value. */
export const VALUE_LENGTH = 4096;

const TYPES: readonly Message['type'][] = ['initial', 'echo', 'ready'];

/** The message that `input` is, else undefined. */
export function parseMessage(input: unknown): Message | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const { type, origin, number, value } = input as Readonly<Record<string, unknown>>;
  const known = TYPES.find((one) => one === type);
  if (known === undefined || !isWhole(origin, 65_536) || !isWhole(number, NUMBERS) || typeof value !== 'string' || value.length > VALUE_LENGTH) return undefined;
  return { type: known, origin: nodeId(origin), number, value };
}

const isWhole = (value: unknown, below: number): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) < below && !Object.is(value, -0);
