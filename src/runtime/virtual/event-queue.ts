/**
 * What is due, in the order of its time and then of its coming: a list for each time, and a binary heap of the times, of which
 * there are few, since most that happens in virtual time happens at the same time as something else.
 */
export class EventQueue<Item> {
  now = 0;
  readonly #lists = new Map<number, Item[]>();
  /** The times of these lists, the earliest first. */
  readonly #times: number[] = [];
  /** What is due now, and how far it is done. */
  #current: Item[] = [];
  #done = 0;
  /** The list that was added to last: what is sent to many is due at one time. */
  #latest: Item[] = this.#current;
  #latestTime = 0;

  /** @param time now or later */
  add(time: number, item: Item): void {
    if (time !== this.#latestTime) {
      this.#latest = this.#listAt(time);
      this.#latestTime = time;
    }
    this.#latest.push(item);
  }

  #listAt(time: number): Item[] {
    if (time === this.now) return this.#current;
    const known = this.#lists.get(time);
    if (known !== undefined) return known;
    const list: Item[] = [];
    this.#lists.set(time, list);
    this.#push(time);
    return list;
  }

  /** The next that is due, and makes its time now; undefined if there is none until then, and then that is now, unless it never is. */
  next(until: number): Item | undefined {
    while (this.#done === this.#current.length) {
      const first = this.#times[0];
      if (first === undefined || first > until) {
        if (until < Infinity && until > this.now) this.#moveTo(until, []);
        return undefined;
      }
      this.#pop();
      this.#moveTo(first, this.#lists.get(first)!);
      this.#lists.delete(first);
    }
    this.#done += 1;
    return this.#current[this.#done - 1];
  }

  #moveTo(time: number, list: Item[]): void {
    this.now = time;
    this.#current = list;
    this.#done = 0;
    this.#latest = list;
    this.#latestTime = time;
  }

  #push(time: number): void {
    const times = this.#times;
    let index = times.length;
    times.push(time);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (times[parent]! <= time) break;
      times[index] = times[parent]!;
      index = parent;
    }
    times[index] = time;
  }

  #pop(): void {
    const times = this.#times;
    const last = times.pop()!;
    if (times.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= times.length) break;
      if (child + 1 < times.length && times[child + 1]! < times[child]!) child += 1;
      if (times[child]! >= last) break;
      times[index] = times[child]!;
      index = child;
    }
    times[index] = last;
  }
}
