/**
 * Lists of whole numbers, all of one length, each kept once and known by its number: a search meets the same ones by the million, and
 * a hash table in two arrays has them at hand without a text or an object for each.
 */
export class Tuples {
  readonly width: number;
  #size = 0;
  /** The tuples, one behind the other. */
  #items: Int32Array;
  /** By hash: a tuple's number and one; what collides goes to the next free slot. */
  #slots: Int32Array;

  constructor(width: number) {
    this.width = width;
    this.#items = new Int32Array(width * FEW);
    this.#slots = new Int32Array(2 * FEW);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** One of them, by its number. */
  of(number: number): Int32Array {
    return this.#items.slice(number * this.width, (number + 1) * this.width);
  }

  /** The number of this tuple. It is kept if it is new, and has then the number that `size` was. */
  numberOf(tuple: ArrayLike<number>): number {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    const mask = this.#slots.length - 1;
    let slot = hashOf(tuple, 0, this.width) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#is(found - 1, tuple)) return found - 1;
      slot = (slot + 1) & mask;
    }
    for (let place = 0; place < this.width; place += 1) this.#items[this.#size * this.width + place] = tuple[place]!;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return this.#size - 1;
  }

  #is(number: number, tuple: ArrayLike<number>): boolean {
    const start = number * this.width;
    for (let place = 0; place < this.width; place += 1) if (this.#items[start + place] !== tuple[place]) return false;
    return true;
  }

  #grow(): void {
    const items = new Int32Array(2 * this.#items.length);
    items.set(this.#items);
    this.#items = items;
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      let slot = hashOf(items, number * this.width, this.width) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/** How many there is room for at first; a power of two. */
const FEW = 16;

/** FNV-1a, word by word, and its bits mixed at last, as only the low ones are used. */
function hashOf(numbers: ArrayLike<number>, start: number, count: number): number {
  let hash = 0x811c9dc5;
  for (let place = start; place < start + count; place += 1) hash = Math.imul(hash ^ numbers[place]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
