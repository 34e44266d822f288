const SIZE = 1 << 12;

/** What is due, in the order of its time in whole milliseconds, and then of its coming: a ring of lists, one for each millisecond. */
export class TimerWheel<Item> {
  now = 0;
  readonly #lists: ({ readonly time: number; readonly item: Item }[] | undefined)[] = [];
  #count = 0;
  /** The list of this millisecond, and how far it is done. */
  #done = 0;
  /** What lies in that list for a later lap of the ring. */
  #later: { readonly time: number; readonly item: Item }[] = [];

  constructor() {
    this.#lists.length = SIZE;
  }

  add(time: number, item: Item): void {
    (this.#lists[time % SIZE] ??= []).push({ time, item });
    this.#count += 1;
  }

  /** The next that is due, and makes its time now; undefined if there is none until then, and then that is now. */
  next(until: number): Item | undefined {
    for (;;) {
      const list = this.#lists[this.now % SIZE];
      while (list !== undefined && this.#done < list.length) {
        const entry = list[this.#done]!;
        this.#done += 1;
        if (entry.time === this.now) {
          this.#count -= 1;
          return entry.item;
        }
        this.#later.push(entry);
      }
      if (this.#done > 0) {
        this.#lists[this.now % SIZE] = this.#later.length === 0 ? undefined : this.#later;
        this.#later = [];
        this.#done = 0;
      }
      if (this.#count === 0 || this.now >= until) {
        this.now = Math.max(this.now, until);
        return undefined;
      }
      this.now += 1;
    }
  }
}
