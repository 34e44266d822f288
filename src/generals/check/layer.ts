import { Tuples } from '../symbolic/tuples.ts';

/** Where the army may be after a round, each configuration once: it is the tuple of the numbers of its generals' states. */
export class Layer {
  readonly configurations: Tuples;
  /** How many treasons lead to each. */
  readonly ways: bigint[] = [];
  /** The fewest lies that lead there. */
  readonly lies: number[] = [];
  /** With these, from which configuration of the layer before. */
  readonly before: number[] = [];

  constructor(members: number) {
    this.configurations = new Tuples(members);
  }

  get size(): number {
    return this.configurations.size;
  }

  /** Adds ways to a configuration, which may be there already. */
  add(states: ArrayLike<number>, ways: bigint, lies: number, before: number): void {
    const { size } = this;
    const number = this.configurations.numberOf(states);
    if (number === size) {
      this.ways.push(ways);
      this.lies.push(lies);
      this.before.push(before);
      return;
    }
    this.ways[number]! += ways;
    if (lies >= this.lies[number]!) return;
    this.lies[number] = lies;
    this.before[number] = before;
  }
}

/** What may become of one general in a round. */
export interface Prospects {
  /** The numbers of the states in which it may be next, each once. */
  readonly states: readonly number[];
  /** In how many ways the traitors can bring each about. */
  readonly ways: readonly bigint[];
  /** With how many lies at the least. */
  readonly lies: readonly number[];
}

/**
 * Goes through all that a configuration may become, one state for each general, in all ways that have no more lies than the bound.
 * @param from how many ways lead to the configuration, and with how few lies
 * @param found takes them; the array of states is the same each time
 * @returns whether something was left out for its many lies
 */
export function combine(prospects: readonly Prospects[], from: { readonly ways: bigint; readonly lies: number }, bound: number, found: (states: Int32Array, ways: bigint, lies: number) => void): boolean {
  const chosen = new Int32Array(prospects.length);
  let isCut = false;
  add(0, from.ways, from.lies);
  return isCut;

  function add(member: number, ways: bigint, lies: number): void {
    if (member === chosen.length) {
      found(chosen, ways, lies);
      return;
    }
    const own = prospects[member]!;
    for (let next = 0; next < own.states.length; next += 1) {
      const lied = lies + own.lies[next]!;
      if (lied > bound) {
        isCut = true;
        continue;
      }
      chosen[member] = own.states[next]!;
      const times = own.ways[next]!;
      add(member + 1, times === 1n ? ways : ways * times, lied);
    }
  }
}
