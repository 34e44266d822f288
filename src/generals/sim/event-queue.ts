/** What is to happen in virtual time: a binary heap, earliest first, and first come first served within one instant. */
export class EventQueue<Item> {
  #entries: { readonly at: number; readonly turn: number; readonly item: Item }[] = [];
  #turns = 0;

  add(at: number, item: Item): void {
    const entries = this.#entries;
    let index = entries.length;
    const entry = { at, turn: this.#turns++, item };
    entries.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, entries[parent]!)) break;
      entries[index] = entries[parent]!;
      index = parent;
    }
    entries[index] = entry;
  }

  /** Takes the earliest item; undefined when nothing is left to happen. */
  next(): { readonly at: number; readonly item: Item } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child += 1;
      if (!before(entries[child]!, last)) break;
      entries[index] = entries[child]!;
      index = child;
    }
    entries[index] = last;
    return first;
  }
}

const before = (a: { at: number; turn: number }, b: { at: number; turn: number }): boolean => (a.at === b.at ? a.turn < b.turn : a.at < b.at);
