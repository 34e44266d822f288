import type { Address } from './address.ts';
import type { MemberState } from './outputs.ts';

/** What one node makes of another. */
export interface Thought {
  readonly state: MemberState;
  readonly life: number;
  readonly incarnation: number;
}

/** What all make of one node. */
export interface Opinion {
  readonly state: MemberState | 'unknown';
  readonly life: number;
  readonly incarnation: number;
  readonly suspectedBy: readonly string[];
}

interface Kept {
  readonly counts: Record<MemberState, number>;
  readonly suspectedBy: Set<string>;
  life: number;
  incarnation: number;
}

/** What all make of each other, put together whenever somebody thinks otherwise: a table asks often, and of all. */
export class Opinions {
  readonly #kept = new Map<Address, Kept>();

  /** Somebody thinks otherwise of somebody; undefined is nothing. */
  change(by: string, about: Address, before: Thought | undefined, now: Thought | undefined): void {
    let kept = this.#kept.get(about);
    if (kept === undefined) this.#kept.set(about, (kept = newKept()));
    if (before !== undefined) kept.counts[before.state] -= 1;
    if (now !== undefined) kept.counts[now.state] += 1;
    if (now !== undefined && isLater(now, kept)) Object.assign(kept, { life: now.life, incarnation: now.incarnation });
    if (now?.state === 'suspect') kept.suspectedBy.add(by);
    else kept.suspectedBy.delete(by);
  }

  /** What most of them think, and who suspects it. */
  of(address: Address): Opinion {
    const { counts, suspectedBy, life, incarnation } = this.#kept.get(address) ?? newKept();
    const [[state, most]] = Object.entries(counts).toSorted(([, a], [, b]) => b - a) as [[MemberState, number]];
    return { state: most === 0 ? 'unknown' : state, life, incarnation, suspectedBy: [...suspectedBy] };
  }
}

const newKept = (): Kept => ({ counts: { alive: 0, suspect: 0, dead: 0, left: 0 }, suspectedBy: new Set(), life: 0, incarnation: 0 });

type Age = Pick<Thought, 'life' | 'incarnation'>;

const isLater = (one: Age, other: Age): boolean =>
  one.life > other.life || (one.life === other.life && one.incarnation > other.incarnation);
