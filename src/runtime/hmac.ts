import { hash } from 'node:crypto';

/** A key as the two hashes of an HMAC begin with it. */
export interface HmacKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** @param key of 64 bytes at most */
export function hmacKey(key: Buffer): HmacKey {
  const [inner, outer] = [Buffer.alloc(BLOCK, 0x36), Buffer.alloc(BLOCK, 0x5c)];
  key.forEach((byte, index) => {
    inner[index]! ^= byte;
    outer[index]! ^= byte;
  });
  return { inner, outer };
}

/**
 * HMAC-SHA-256 (RFC 2104). There are two for each message between nodes, and while a thread is young the object that `createHmac`
 * makes for each costs more than these two hashes do.
 */
export function hmacOf({ inner, outer }: HmacKey, text: string): Buffer {
  const most = BLOCK + 3 * text.length;
  if (scratch.length < most) scratch = Buffer.alloc(most);
  scratch.set(inner);
  const digest = hash('sha256', scratch.subarray(0, BLOCK + scratch.write(text, BLOCK)), 'buffer');
  scratch.set(outer);
  scratch.set(digest, BLOCK);
  return hash('sha256', scratch.subarray(0, BLOCK + digest.length), 'buffer');
}

/** Bytes that SHA-256 takes at a time. */
const BLOCK = 64;

let scratch = Buffer.alloc(1024);
