import type { Signer } from './machine.ts';
import type { NodeId } from './node.ts';

/**
 * Signatures and digests as symbolic terms, for simulation, as the papers reason about them: a digest is a hash of what is
 * digested, a signature names its signer, its domain, and the text that is signed or the digest of what is no text. Whoever holds the signer of one node can sign in no other name; that
 * nobody writes such a term by hand is a rule for those who write traitors, as it is in the symbolic model of Dolev and Yao.
 *
 * What is signed is never changed afterwards, so digests and good signatures are remembered with the object itself: checking
 * a broadcast for the n-th time is one look-up.
 */
export function symbolicSigner(self: NodeId): Signer {
  return { sign: (domain, body) => termOf(self, domain, body), verify, digest: symbolicDigest };
}

/** What is remembered of a body. */
interface Memory {
  digest?: string;
  /** The last good signature under it, nearly always the only one, and whose it is. */
  by?: NodeId;
  domain?: string;
  signature?: string;
}

/** Makes nothing: it is what it is given that a subclass then gives its private fields. */
class Itself {
  constructor(body: object) {
    return body;
  }
}

/**
 * Keeps the memory of a body in the body, where nobody else sees it: a private field, of which copies know nothing. A
 * WeakMap does the same, but of millions of bodies, and each collection of garbage goes through it.
 */
class Remembered extends Itself {
  readonly #memory: Memory = {};

  static of(body: object): Memory {
    return (#memory in body ? body : new Remembered(body)).#memory;
  }
}

function verify(by: NodeId, domain: string, body: object | string, signature: string): boolean {
  if (typeof body === 'string') return signature === termOf(by, domain, body);
  const memory = Remembered.of(body);
  if (memory.signature === signature && memory.by === by && memory.domain === domain) return true;
  if (signature !== termOf(by, domain, body)) return false;
  memory.by = by;
  memory.domain = domain;
  memory.signature = signature;
  return true;
}

/** That of a text is without spaces: `3(chain:7:attack:1:3)`. */
const termOf = (by: NodeId, domain: string, body: object | string): string => (typeof body === 'string' ? `${by}(${domain}:${body})` : `<${hashOf(body)} ${domain} by ${by}>`);

/** 53 bits of a hash that is quick, and not cryptographic: nobody here looks for collisions. */
export const symbolicDigest = (body: object): string => (Remembered.of(body).digest ??= hashOf(body));

function hashOf(body: object): string {
  const left = hash(body);
  // One number of 53 bits is written faster than two of 32.
  return ((left >>> 0) * 2 ** 21 + (right >>> 11)).toString();
}

/** The other half of the last hash. */
let right = 0;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Of plain data, not of the order of its fields. @returns half of the hash; the other half is `right` */
function hash(value: unknown): number {
  if (typeof value === 'string') return hashText(value);
  if (typeof value === 'number') {
    float[0] = value;
    return finish(words[0]! ^ 0x51ed270b, words[1]! ^ words[0]!);
  }
  if (typeof value !== 'object' || value === null) return hashText(String(value));
  if (Array.isArray(value)) {
    let a = value.length;
    let b = 0x2545f491;
    for (let i = 0; i < value.length; i += 1) {
      a = Math.imul(a ^ hash(value[i]), 0x9e3779b1);
      b = Math.imul(b ^ right, 0x85ebca77) + i;
    }
    return finish(a, b);
  }
  let a = 0x165667b1;
  let b = 0x27d4eb2f;
  for (const name in value) {
    // Fields are summed up, so their order does not count.
    const field = hash((value as Readonly<Record<string, unknown>>)[name]);
    const other = right;
    const key = hashText(name);
    a = (a + finish(field ^ key, other ^ right)) | 0;
    b = (b + right) | 0;
  }
  return finish(a, b);
}

/** All 64 bits of that hash of a text, in hex. */
export function symbolicHash(text: string): string {
  const left = hashText(text);
  return [left, right].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

function hashText(text: string): number {
  let a = 0xdeadbeef ^ text.length;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  return finish(a, b);
}

function finish(a: number, b: number): number {
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  right = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return a;
}
