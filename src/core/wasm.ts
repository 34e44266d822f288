/**
 * WebAssembly's binary format, as far as it is needed here (WebAssembly Core Specification 2.0, chapter 5 and its appendix of
 * instructions): one function of some numbers, and one page of memory.
 */

/** A module's function takes so many numbers of 32 bits; after them come its own locals, so many of 64 and of 128 bits. */
export interface Signature {
  readonly parameters: number;
  readonly words: number;
  readonly vectors: number;
}

/** A module that exports `memory` and `run`, the function with that body. */
export function moduleOf({ parameters, words, vectors }: Signature, body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = vector([[...unsigned(words), I64], [...unsigned(vectors), V128]]);
  for (const byte of body) code.push(byte);
  code.push(END);
  return Uint8Array.from(
    MAGIC_AND_VERSION.concat(
      section(1, vector([[FUNCTION, ...vector(Array.from({ length: parameters }, () => [I32])), ...vector([])]])),
      section(3, vector([unsigned(0)])),
      section(5, vector([[NO_MAXIMUM, ...unsigned(1)]])),
      section(7, vector([[...text('memory'), MEMORY_EXPORT, ...unsigned(0)], [...text('run'), FUNCTION_EXPORT, ...unsigned(0)]])),
      section(10, vector([sized(code)])),
    ),
  );
}

/** Whether there is WebAssembly here that can run the module. */
export const isRunnable = (bytes: Uint8Array<ArrayBuffer>): boolean => typeof WebAssembly !== 'undefined' && WebAssembly.validate(bytes);

/** What the module exports. */
export const instanceOf = (bytes: Uint8Array<ArrayBuffer>): Instance => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

interface Instance {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (...parameters: number[]) => void;
}

/** The little of it that is used here; the library of types for programs without a browser leaves it out. */
declare const WebAssembly: {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Instance };
};

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const FUNCTION = 0x60;
const NO_MAXIMUM = 0x00;
const FUNCTION_EXPORT = 0x00;
const MEMORY_EXPORT = 0x02;
const END = 0x0b;

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return [...bytes, left];
    bytes.push((left & 0x7f) | 0x80);
  }
}

/** LEB128, signed. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7) {
    const low = left & 0x7f;
    if (left >> 6 === 0 || left >> 6 === -1) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const sized = (bytes: readonly number[]): number[] => unsigned(bytes.length).concat(bytes);
const vector = (items: readonly (readonly number[])[]): number[] => unsigned(items.length).concat(...items);
const section = (id: number, content: readonly number[]): number[] => [id].concat(sized(content));
const text = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)));

const vectorOp = (code: number): number[] => [0xfd, ...unsigned(code)];
const memoryArgument = (offset: number): number[] => [...unsigned(4), ...unsigned(offset)];

/** The instructions that are used. */
export const op = {
  localGet: (index: number): number[] => [0x20, ...unsigned(index)],
  localSet: (index: number): number[] => [0x21, ...unsigned(index)],
  localTee: (index: number): number[] => [0x22, ...unsigned(index)],
  i32Const: (value: number): number[] => [0x41, ...signed(value)],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32And: [0x71],
  i32Xor: [0x73],
  i32Store: (offset: number): number[] => [0x36, ...unsigned(2), ...unsigned(offset)],
  i64Const: (value: number): number[] => [0x42, ...signed(value)],
  i64Multiply: [0x7e],
  i64ShiftRight: [0x88],
  i64OfI32: [0xad],
  i32OfI64: [0xa7],
  /** What is inside, where a number is zero. */
  unless: (inside: readonly number[]): number[] => [0x45, 0x04, 0x40].concat(inside, [END]),
  /** Begins anew where `again`, inside of it, finds another number than zero. */
  loop: (inside: readonly number[]): number[] => [0x03, 0x40].concat(inside, [END]),
  again: [0x0d, 0x00],
  load: (offset: number): number[] => [...vectorOp(0), ...memoryArgument(offset)],
  store: (offset: number): number[] => [...vectorOp(11), ...memoryArgument(offset)],
  /** The same in all bits. */
  constant: (value: boolean): number[] => [...vectorOp(12), ...Array.from<number>({ length: 16 }).fill(value ? 0xff : 0)],
  splat: vectorOp(17),
  not: vectorOp(77),
  and: vectorOp(78),
  /** The first, and not the second. */
  but: vectorOp(79),
  or: vectorOp(80),
  xor: vectorOp(81),
  /** Where the third is 1 the first, else the second. */
  select: vectorOp(82),
  onesOfBytes: vectorOp(98),
  addBytes: vectorOp(110),
  addShorts: vectorOp(142),
  addPairsOfBytes: vectorOp(125),
  addPairsOfShorts: vectorOp(127),
  shiftLeft: vectorOp(171),
  shiftRight: vectorOp(173),
  add: vectorOp(174),
} as const;
