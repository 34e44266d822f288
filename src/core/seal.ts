import type { Seal } from './machine.ts';
import type { NodeId } from './node.ts';

/**
 * Signatures and digests as symbolic terms, for simulation: a digest is a hash of what is digested, a signature names its
 * signer, its domain and the digest of what is signed. Whoever holds the seal of one node can sign in no other name; that
 * nobody writes such a term by hand is a rule for those who write traitors, as it is in the symbolic model of Dolev and Yao.
 *
 * What is sealed is never changed afterwards, so digests and good signatures are remembered by the object itself: checking
 * a broadcast for the n-th time is one look-up.
 */
export function symbolicSeal(self: NodeId): Seal {
  return { sign: (domain, body) => sign(self, domain, body), verify, digest: symbolicDigest };
}

interface Known {
  readonly by: NodeId;
  readonly domain: string;
  readonly signature: string;
}

/** The last good signature under each body; nearly always the only one. */
const known = new WeakMap<object, Known>();
const digests = new WeakMap<object, string>();

function sign(by: NodeId, domain: string, body: object): string {
  const signature = termOf(by, domain, body);
  known.set(body, { by, domain, signature });
  return signature;
}

function verify(by: NodeId, domain: string, body: object, signature: string): boolean {
  const before = known.get(body);
  if (before !== undefined && before.by === by && before.domain === domain && before.signature === signature) return true;
  if (signature !== termOf(by, domain, body)) return false;
  known.set(body, { by, domain, signature });
  return true;
}

const termOf = (by: NodeId, domain: string, body: object): string => `<${symbolicDigest(body)} ${domain} by ${by}>`;

/** 106 bits of a hash that is quick, and not cryptographic: nobody here looks for collisions. */
export function symbolicDigest(body: object): string {
  const before = digests.get(body);
  if (before !== undefined) return before;
  const text = canonical(body);
  const digest = hash(text, 0x9e3779b9) + hash(text, 0x85ebca6b);
  digests.set(body, digest);
  return digest;
}

/** Plain data as text that does not depend on the order of its fields. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(nested).join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(fields)
    .toSorted()
    .map((name) => `${name}:${nested(fields[name])}`)
    .join()}}`;
}

/** Objects inside stand as their digests, which are remembered too. */
const nested = (value: unknown): string => (typeof value === 'object' && value !== null ? `#${symbolicDigest(value)}` : canonical(value));

/** 53 bits in base 36. */
function hash(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36).padStart(11, '0');
}
