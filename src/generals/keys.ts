import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Signer } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { symbolicDigest } from '../core/signer.ts';

/**
 * Real signatures, ed25519 (RFC 8032). Keys follow from the seed and the id, so that a run repeats to the
 * byte. This is a laboratory's bargain: whoever knows the seed could make every key, and only the code sees to it that
 * a general signs with its own alone. Against traitors that are strategies, and not intruders, that is enough.
 */
export function ed25519Signer(seed: number, self: NodeId): Signer {
  let own: KeyObject | undefined;
  const publicKeys = new Map<NodeId, KeyObject>();
  const verdicts = new Map<string, boolean>();
  return {
    digest: symbolicDigest,
    sign: (domain, body) => sign(null, Buffer.from(textOf(domain, body)), (own ??= privateKey(seed, self))).toString('base64url'),
    verify(by, domain, body, signature) {
      const text = textOf(domain, body);
      const question = `${by} ${signature} ${text}`;
      const known = verdicts.get(question);
      if (known !== undefined) return known;
      const key = publicKeys.get(by) ?? createPublicKey(privateKey(seed, by));
      publicKeys.set(by, key);
      const verdict = verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
      if (verdicts.size >= VERDICTS_MAX) verdicts.clear();
      verdicts.set(question, verdict);
      return verdict;
    },
  };
}

/** What is signed: a text, or the digest of what is none. */
const textOf = (domain: string, body: object | string): string => `${domain}:${typeof body === 'string' ? body : symbolicDigest(body)}`;

/** A verification costs 100 µs, and in one order most chains begin with the same few signatures. */
const VERDICTS_MAX = 10_000;

/** An ed25519 private key is 32 bytes of any kind (RFC 8032, §5.1.5), here a hash; PKCS #8 puts 16 fixed bytes before them (RFC 8410, §7). */
function privateKey(seed: number, id: NodeId): KeyObject {
  const secret = createHash('sha256').update(`generals, seed ${seed}, key of ${id}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, secret]), format: 'der', type: 'pkcs8' });
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
