import type { Keys } from '../context.ts';

/**
 * Keys as symbolic terms: a signature names its key, its domain and what is signed, as `core/signer.ts` has it of nodes. Nobody
 * here writes such a term by hand, so whoever holds one key signs in no other name.
 */
export const symbolicKeys = (own: string): Keys => ({
  own,
  sign: (domain, body) => termOf(own, domain, body),
  verify: (key, domain, body, signature) => signature === termOf(key, domain, body),
  hash: hashOf,
});

/** Bodies are flat, and whoever makes one names its fields in one order. */
function termOf(key: string, domain: string, body: object): string {
  let term = `${key}(${domain}`;
  for (const name in body) term += ` ${(body as Readonly<Record<string, unknown>>)[name] as string}`;
  return `${term})`;
}

/** 64 bits in hex, of a hash that is quick, and not cryptographic: nobody here looks for collisions. */
function hashOf(text: string): string {
  let a = 0xdeadbeef ^ text.length;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
