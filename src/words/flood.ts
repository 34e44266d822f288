/** Datagrams that are read in a second: of one sender, and of all. With m = 3 among ten each of them says some 1,000 to each in a consensus. */
export const FROM_ONE = 10_000;
export const FROM_ALL = 40_000;

/** Turns away what more comes in a second than any group of ours says. */
export class FloodGate<Sender> {
  #second = 0;
  #came = 0;
  readonly #cameFrom = new Map<Sender, number>();

  /** @param now in milliseconds */
  lets(from: Sender, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#came = 0;
      this.#cameFrom.clear();
    }
    const count = (this.#cameFrom.get(from) ?? 0) + 1;
    this.#came += 1;
    if (this.#came > FROM_ALL || count > FROM_ONE) return false;
    this.#cameFrom.set(from, count);
    return true;
  }
}
