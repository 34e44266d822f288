import { instanceOf, isRunnable, moduleOf, op } from './wasm.ts';

/** The first word of a block. @returns a whole number from 0 to 2^32 − 1 */
export function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): number {
  philoxBlock(c0, c1, c2, c3, k0, k1, SCRATCH);
  return SCRATCH[0]!;
}

const SCRATCH = new Uint32Array(4);

/**
 * A Philox4x32-10 block: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). For one
 * key it is a bijection of the counter, and it passes TestU01's BigCrush.
 * @param block takes the four words
 */
export type PhiloxBlock = (c0: number, c1: number, c2: number, c3: number, k0: number, k1: number, block: Uint32Array) => void;

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;

/** The block in JavaScript, which takes four products for one of 64 bits. */
export const plainBlock: PhiloxBlock = (c0, c1, c2, c3, k0, k1, block) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const high0 = multiplyHigh(MULTIPLIERS[0], c0);
    const high1 = multiplyHigh(MULTIPLIERS[1], c2);
    const low0 = Math.imul(MULTIPLIERS[0], c0);
    const low1 = Math.imul(MULTIPLIERS[1], c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
};

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** The same in WebAssembly, which multiplies two words into 64 bits at once: less than half of the time. Undefined where there is none. */
export function wasmBlock(): PhiloxBlock | undefined {
  const bytes = bytesOfBlock();
  if (!isRunnable(bytes)) return undefined;
  const { memory, run } = instanceOf(bytes);
  const words = new Uint32Array(memory.buffer, 0, 4);
  return (c0, c1, c2, c3, k0, k1, block) => {
    run(c0, c1, c2, c3, k0, k1);
    block[0] = words[0]!;
    block[1] = words[1]!;
    block[2] = words[2]!;
    block[3] = words[3]!;
  };
}

/** A function of counter and key, which leaves the block where its memory begins. */
function bytesOfBlock(): Uint8Array<ArrayBuffer> {
  const [c0, c1, c2, c3, k0, k1, product0, product1] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const { localGet: get, localSet: set, i32Const } = op;
  const product = (by: number, word: number, into: number): number[] => [...i32Const(by | 0), ...op.i64OfI32, ...get(word), ...op.i64OfI32, ...op.i64Multiply, ...set(into)];
  const high = (local: number): number[] => [...get(local), ...op.i64Const(32), ...op.i64ShiftRight, ...op.i32OfI64];
  const low = (local: number): number[] => [...get(local), ...op.i32OfI64];
  const crossed = (of: number, word: number, key: number): number[] => [...high(of), ...get(word), ...op.i32Xor, ...get(key), ...op.i32Xor];
  const raised = (key: number, by: number): number[] => [...get(key), ...i32Const(by | 0), ...op.i32Add, ...set(key)];
  const round = [
    product(MULTIPLIERS[0], c0, product0),
    product(MULTIPLIERS[1], c2, product1),
    [...crossed(product1, c1, k0), ...set(c0), ...low(product1), ...set(c1)],
    [...crossed(product0, c3, k1), ...set(c2), ...low(product0), ...set(c3)],
    [...raised(k0, WEYL[0]), ...raised(k1, WEYL[1])],
  ].flat();
  const stores = [c0, c1, c2, c3].flatMap((word, place) => [...i32Const(0), ...get(word), ...op.i32Store(4 * place)]);
  return moduleOf({ parameters: 6, words: 2, vectors: 0 }, [...Array.from({ length: ROUNDS }, () => round).flat(), ...stores]);
}

/** So many blocks are drawn in JavaScript first: a general's thread hardly ever draws more, and WebAssembly takes it half a megabyte. */
const PLAIN_BLOCKS = 1000;

let drawn = 0;
let block = plainBlock;

export const philoxBlock: PhiloxBlock = (c0, c1, c2, c3, k0, k1, words) => {
  if (drawn < PLAIN_BLOCKS && ++drawn === PLAIN_BLOCKS) block = wasmBlock() ?? plainBlock;
  block(c0, c1, c2, c3, k0, k1, words);
};
