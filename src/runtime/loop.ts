/** What a call that waits for its time is known by. */
export interface Timer {
  readonly work: () => void;
  /** By the clock that only goes on. */
  readonly due: number;
  timeout: NodeJS.Timeout | undefined;
}

/**
 * The part of the event loop that one node has, which can stand still as a process does by SIGSTOP, though the process goes on. Whoever
 * lives by it asks it for all that is to happen later, and tells it of all that comes from outside. While it stands still nothing
 * happens; time passes all the same. When it goes on it has timers first, as Node does, and then what came, in order.
 */
export class Loop {
  readonly #timers = new Set<Timer>();
  /** What came while it stands still; undefined while it goes. */
  #held: (() => void)[] | undefined;

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  after(milliseconds: number, work: () => void): Timer {
    const timer: Timer = { work, due: performance.now() + milliseconds, timeout: undefined };
    this.#timers.add(timer);
    if (this.#held === undefined) this.#arm(timer, milliseconds);
    return timer;
  }

  cancel(timer: Timer | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer.timeout);
    this.#timers.delete(timer);
  }

  /** Behind all that comes in this turn of the event loop. */
  next(work: () => void): void {
    setImmediate(() => this.take(work));
  }

  /** Something comes: it happens at once, or when this goes on. */
  take(work: () => void): void {
    if (this.#held === undefined) work();
    else this.#held.push(work);
  }

  hold(): void {
    if (this.#held !== undefined) return;
    this.#held = [];
    for (const { timeout } of this.#timers) clearTimeout(timeout);
  }

  goOn(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const now = performance.now();
    const all = [...this.#timers].sort((one, other) => one.due - other.due);
    for (const timer of all) if (timer.due > now) this.#arm(timer, timer.due - now);
    // One of them may cancel another, or have all stand still again.
    const works = [...all.filter(({ due }) => due <= now).map((timer) => () => this.#fire(timer)), ...held];
    for (const work of works) this.take(work);
  }

  /** For whoever ends while it stands still: nothing that waits for it will happen. */
  end(): void {
    if (this.#held === undefined) return;
    this.#timers.clear();
    this.#held = [];
  }

  #arm(timer: Timer, after: number): void {
    timer.timeout = setTimeout(() => this.#fire(timer), after);
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.work();
  }
}
