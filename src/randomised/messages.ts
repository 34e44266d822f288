import type { Vocabulary } from '../core/machine.ts';

export type Bit = 0 | 1;
export const BITS: readonly Bit[] = [0, 1];

export type Message =
  | { readonly type: 'report'; readonly round: number; readonly value: Bit }
  /** Null is for nothing. */
  | { readonly type: 'proposal'; readonly round: number; readonly value: Bit | null }
  /** Asks those who are ahead for what they said from that round on. */
  | { readonly type: 'behind'; readonly round: number };

export type Statement = Exclude<Message, { type: 'behind' }>;

export interface BenOrVocabulary extends Vocabulary {
  readonly input: { readonly value: Bit };
  readonly message: Message;
  readonly output: Decision;
  /** What it said, or decided. */
  readonly record: Statement | Decision;
}

export interface Decision {
  readonly type: 'decided';
  readonly round: number;
  readonly value: Bit;
}

/** Rounds are below this. */
const ROUNDS = 2 ** 31;

/** The message that `input` is, else undefined. */
export function parseMessage(input: unknown): Message | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const { type, round, value } = input as Readonly<Record<string, unknown>>;
  if (typeof round !== 'number' || !Number.isInteger(round) || round < 1 || round >= ROUNDS) return undefined;
  switch (type) {
    case 'report':
      return isBit(value) ? { type, round, value } : undefined;
    case 'proposal':
      return isBit(value) || value === null ? { type, round, value } : undefined;
    case 'behind':
      return { type, round };
    default:
      return undefined;
  }
}

const isBit = (value: unknown): value is Bit => value === 1 || Object.is(value, 0);
