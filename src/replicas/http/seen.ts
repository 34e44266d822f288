import type { Deed } from './service.ts';

/** Something that a replica said, heard or did, for who looks on; `at` so many ms of this machine's clock. */
export type Seen = { readonly at: number } & (
  | { readonly type: 'sent'; readonly from: number; readonly to: readonly number[]; readonly message: Brief }
  | { readonly type: 'heard'; readonly from: number; readonly to: number; readonly message: Brief }
  | Deed
);

/** What people are told of a message: whole, some are as large as the log. */
export interface Brief {
  readonly type: string;
  readonly phase?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Fields that say what a message is about. */
const FIELDS = ['view', 'round', 'sequence', 'client', 'timestamp', 'replica', 'from', 'upTo'] as const;

/** More of what is asked nobody reads in a picture, nor more of a digest. */
const TEXTS = { operation: 40, digest: 12 } as const;

export function briefOf(message: unknown): Brief {
  const { type, phase, body, votes, ...own } = message as Record<string, unknown>;
  const said = (body ?? (Array.isArray(votes) ? (votes[0] as { readonly body: unknown } | undefined)?.body : undefined) ?? own) as Record<string, unknown>;
  const numbers = FIELDS.flatMap((field) => (Number.isSafeInteger(said[field]) ? [[field, said[field]] as const] : []));
  const texts = Object.entries(TEXTS).flatMap(([field, most]) => (typeof said[field] === 'string' ? [[field, said[field].slice(0, most)] as const] : []));
  return {
    type: String(type),
    ...(typeof phase === 'string' ? { phase } : {}),
    body: Object.fromEntries([...numbers, ...texts]),
  };
}
