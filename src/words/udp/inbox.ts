/**
 * What came and was not looked at yet. A consensus is an avalanche: of one datagram come up to a dozen, at all peers at once. The buffers of
 * the system hold some hundred of them. So what comes is taken out of there at once, and only a few are looked at
 * before it is seen what else came: then nobody says more in a while than others take in.
 */
export class Inbox<One> {
  readonly #take: (one: One) => void;
  #waiting: One[] = [];
  /** How many of these were taken. */
  #taken = 0;
  /** How many more may be taken before the next turn. */
  #left = AT_ONCE;
  #turn: NodeJS.Immediate | undefined;

  constructor(take: (one: One) => void) {
    this.#take = take;
  }

  /** @returns false if there is no room for it */
  put(one: One): boolean {
    if (this.#waiting.length - this.#taken >= WAITING_MAX) return false;
    this.#waiting.push(one);
    this.#work();
    return true;
  }

  stop(): void {
    clearImmediate(this.#turn);
    this.#waiting = [];
    this.#taken = 0;
  }

  #work(): void {
    while (this.#left > 0 && this.#taken < this.#waiting.length) {
      this.#left -= 1;
      this.#taken += 1;
      this.#take(this.#waiting[this.#taken - 1]!);
    }
    if (this.#taken >= COMPACTED) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#left = AT_ONCE;
      if (this.#taken < this.#waiting.length) this.#work();
    });
  }
}

/** So many are taken in a turn. */
const AT_ONCE = 4;

/** So many wait at most: more than come to a peer in the largest consensus. */
export const WAITING_MAX = 50_000;

/** The places of so many that were taken are given back at once. */
const COMPACTED = 1024;
