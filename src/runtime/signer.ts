import canonicalize from 'canonicalize';
import { createHash, createPrivateKey, createPublicKey, diffieHellman, hash, randomBytes, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Signer } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { digestOfForm, formOf } from './canonical.ts';
import { hmacKey, hmacOf, type HmacKey } from './hmac.ts';

/** The keys of one node that all others know. */
export interface PublicKeys {
  /** For signatures (ed25519), base64url of 32 bytes. */
  readonly sign: string;
  /** For the marks of what passes between two nodes (x25519), base64url of 32 bytes. */
  readonly pair: string;
}

/** A new secret, from which all keys of one node follow. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What others may know of a secret. */
export function publicKeysOf(secret: string): PublicKeys {
  const raw = (key: KeyObject): string => createPublicKey(key).export({ format: 'jwk' }).x!;
  return { sign: raw(privateKey('sign', secret)), pair: raw(privateKey('pair', secret)) };
}

/** Whether these are keys that a node can have. */
export function areKeys({ sign: signing, pair }: PublicKeys): boolean {
  try {
    publicKey('sign', signing);
    publicKey('pair', pair);
    return true;
  } catch {
    return false;
  }
}

/** What a signer needs to know. */
export interface SignerOptions {
  /** The cluster's name: what was signed in one cluster is nothing in another. */
  readonly cluster: string;
  readonly self: NodeId;
  readonly secret: string;
  readonly keysOf: (id: NodeId) => PublicKeys | undefined;
  /** What is known of signatures; those who share it need not ask twice. */
  readonly verdicts?: Verdicts;
  /** Called for each signature that is not genuine. */
  readonly onForgery?: (by: NodeId) => void;
}

/**
 * Signatures that hold on a network: ed25519 over the canonical bytes of a body (RFC 8785), with cluster, signer and domain
 * before them, so that no signature can be taken for one of another cluster, node or purpose.
 */
export function networkSigner({ cluster, self, secret, keysOf, verdicts = newVerdicts(), onForgery }: SignerOptions): Signer {
  // Derived when first needed: a node has clients that nobody ever asks anything.
  let own: KeyObject | undefined;
  const publicKeys = new Map<NodeId, KeyObject>();
  const canonical = (body: object | string): string => (typeof body === 'string' ? JSON.stringify(body) : formOf(body).text);

  const signed = (by: NodeId, domain: string, body: object | string): Buffer => Buffer.from(`generals 1\n${JSON.stringify([cluster, by, domain])}\n${canonical(body)}`);

  function keyOf(by: NodeId): KeyObject | undefined {
    const known = publicKeys.get(by);
    if (known !== undefined) return known;
    const keys = keysOf(by);
    if (keys === undefined) return undefined;
    const key = publicKey('sign', keys.sign);
    publicKeys.set(by, key);
    return key;
  }

  function isGenuine(by: NodeId, domain: string, body: object | string, signature: string): boolean {
    const key = keyOf(by);
    if (key === undefined || !SIGNATURE.test(signature)) return false;
    let bytes: Buffer;
    try {
      bytes = signed(by, domain, body);
    } catch {
      // Half a surrogate pair has no canonical form.
      return false;
    }
    const question = `${signature}${hash('sha256', bytes, 'base64url')}`;
    const known = verdicts.get(question);
    if (known !== undefined) return known;
    const verdict = verify(null, bytes, key, Buffer.from(signature, 'base64url'));
    verdicts.set(question, verdict);
    return verdict;
  }

  return {
    sign: (domain, body) => {
      const bytes = signed(self, domain, body);
      own ??= privateKey('sign', secret);
      const signature = sign(null, bytes, own).toString('base64url');
      verdicts.set(`${signature}${hash('sha256', bytes, 'base64url')}`, true);
      return signature;
    },
    verify(by, domain, body, signature) {
      const verdict = isGenuine(by, domain, body, signature);
      if (!verdict) onForgery?.(by);
      return verdict;
    },
    digest: (body) => digestOfForm(formOf(body)),
  };
}

/** The most recent verdicts on signatures, each under the signature and the digest of all that it is over. */
export type Verdicts = Recent<boolean>;

export const newVerdicts = (): Verdicts => recent(VERDICTS_MAX);

/** How many verdicts are remembered: a verification costs 100 µs, and certificates repeat what came in single votes before. */
const VERDICTS_MAX = 20_000;

const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

/** Signatures of whoever has a key, known by nothing else: nobody need agree on numbers first. */
export interface KeySigner {
  /** Our own public key: base64url of 32 bytes. */
  readonly own: string;
  sign(domain: string, body: object): string;
  /** Total: all may be anything. */
  verify(key: string, domain: string, body: object, signature: string): boolean;
}

/**
 * As `networkSigner`, but what stands before a body is the signer’s public key in place of its number.
 * @param verdicts what is known of signatures; those who share it need not ask twice
 */
export function keySigner(cluster: string, secret: string, verdicts = newVerdicts()): KeySigner {
  const keys = recent<KeyObject>(KEYS_MAX);
  const { sign: own } = publicKeysOf(secret);
  const secretKey = privateKey('sign', secret);
  const signed = (key: string, domain: string, body: object): Buffer => Buffer.from(`generals 1\n${JSON.stringify([cluster, key, domain])}\n${canonicalize(body)}`);

  function keyOf(text: string): KeyObject {
    let key = keys.get(text);
    if (key === undefined) keys.set(text, (key = publicKey('sign', text)));
    return key;
  }

  return {
    own,
    sign(domain, body) {
      const bytes = signed(own, domain, body);
      const signature = sign(null, bytes, secretKey).toString('base64url');
      verdicts.set(`${signature}${hash('sha256', bytes, 'base64url')}`, true);
      return signature;
    },
    verify(key, domain, body, signature) {
      if (!KEY.test(key) || !SIGNATURE.test(signature)) return false;
      try {
        const bytes = signed(key, domain, body);
        const question = `${signature}${hash('sha256', bytes, 'base64url')}`;
        const known = verdicts.get(question);
        if (known !== undefined) return known;
        const verdict = verify(null, bytes, keyOf(key), Buffer.from(signature, 'base64url'));
        verdicts.set(question, verdict);
        return verdict;
      } catch {
        // Half a surrogate pair has no canonical form, and 32 bytes need not be a key.
        return false;
      }
    },
  };
}

const KEY = /^[A-Za-z0-9_-]{43}$/;
const KEYS_MAX = 4000;

/**
 * Tells who sent a message: a MAC under a key that only sender and receiver can make (x25519), at a tenth of a signature's
 * cost. It is over the digest of what is sent, so that a receiver knows whom it hears before it reads on.
 */
export interface Envelopes {
  /** What goes with a message, so that `to` knows it as ours. @param digest of the message, by `digestOf` */
  mac(to: NodeId, path: string, digest: string): string;
  /** Whether `from` sent us this. */
  isFrom(from: NodeId, path: string, digest: string, mac: string): boolean;
}

export const digestOf = (bytes: Buffer): string => hash('sha256', bytes, 'base64url');

export function networkEnvelopes({ cluster, self, secret, keysOf }: SignerOptions): Envelopes {
  let own: KeyObject | undefined;
  const keys = new Map<NodeId, HmacKey>();

  function keyWith(peer: NodeId): HmacKey | undefined {
    const known = keys.get(peer);
    if (known !== undefined) return known;
    const theirs = keysOf(peer);
    if (theirs === undefined) return undefined;
    own ??= privateKey('pair', secret);
    const shared = diffieHellman({ privateKey: own, publicKey: publicKey('pair', theirs.pair) });
    const key = hmacKey(hmacOf(hmacKey(shared), `generals 1, messages in ${cluster}`));
    keys.set(peer, key);
    return key;
  }

  const mac = (key: HmacKey, from: NodeId, to: NodeId, path: string, digest: string): Buffer => hmacOf(key, JSON.stringify([from, to, path, digest]));

  return {
    mac: (to, path, digest) => mac(keyWith(to)!, self, to, path, digest).toString('base64url'),
    isFrom(from, path, digest, given) {
      const key = keyWith(from);
      const bytes = Buffer.from(given, 'base64url');
      return key !== undefined && bytes.length === 32 && timingSafeEqual(bytes, mac(key, from, self, path, digest));
    },
  };
}

interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/** Remembers the most recent answers, and no more than `max` of them. */
function recent<Value>(max: number): Recent<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, value) {
      young.set(key, value);
      if (young.size < max / 2) return;
      old = young;
      young = new Map();
    },
  };
}

/** A private key of either curve is 32 bytes of any kind (RFC 8032 and 7748), here a hash; PKCS #8 puts 16 fixed bytes before them (RFC 8410, §7). */
function privateKey(use: keyof PublicKeys, secret: string): KeyObject {
  const bytes = createHash('sha256').update(`generals 1, key to ${use}\n${secret}`).digest();
  return createPrivateKey({ key: Buffer.concat([Buffer.from(`302e020100300506032b65${OID[use]}04220420`, 'hex'), bytes]), format: 'der', type: 'pkcs8' });
}

const OID = { sign: '70', pair: '6e' };

const publicKey = (use: keyof PublicKeys, x: string): KeyObject => createPublicKey({ key: { kty: 'OKP', crv: use === 'sign' ? 'Ed25519' : 'X25519', x }, format: 'jwk' });
