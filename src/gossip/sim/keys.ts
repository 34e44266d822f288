import { symbolicHash } from '../../core/signer.ts';
import type { Keys } from '../context.ts';

/**
 * Keys as symbolic terms: a signature names its key, its domain and what is signed, as `core/signer.ts` has it of nodes. Nobody
 * here writes such a term by hand, so whoever holds one key signs in no other name.
 */
export const symbolicKeys = (own: string): Keys => ({
  own,
  sign: (domain, body) => termOf(own, domain, body),
  verify: (key, domain, body, signature) => signature === termOf(key, domain, body),
  hash: symbolicHash,
});

/** Bodies are flat, and whoever makes one names its fields in one order. */
function termOf(key: string, domain: string, body: object): string {
  let term = `${key}(${domain}`;
  for (const name in body) term += ` ${(body as Readonly<Record<string, unknown>>)[name] as string}`;
  return `${term})`;
}
