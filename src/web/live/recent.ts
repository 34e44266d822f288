import type { Fields } from '../../trace/sound.ts';

/** For so many ms facts are kept, and so many of them at most: a page that is open for a day does not grow. */
export const KEPT = 600_000;
export const FACTS_MAX = 12_000;

/**
 * The last facts of nodes that really run, and of those before them what still stands: a link that is open, the last word of a peer.
 * Both ends of a page keep it, so that whoever comes late or was too slow knows what the others know.
 */
export class Recent {
  head: Fields;
  /** How many facts were taken, and how many of them were dropped because there were too many, and not for their age. */
  taken = 0;
  dropped = 0;
  readonly #standing = new Map<string, Fields>();
  #facts: Fields[] = [];
  /** Those before it are not kept any more. */
  #first = 0;
  /** Whether all that ever was taken is kept. */
  #isWhole = true;

  constructor(head: Fields) {
    this.head = head;
  }

  /** The time of the first fact that is kept with all that came after it. */
  get begin(): number {
    return this.#isWhole ? 0 : timeOf(this.#facts[this.#first]!);
  }

  /** Facts in the order of their times. */
  take(fact: Fields): void {
    this.taken += 1;
    this.#facts.push(fact);
    const now = timeOf(fact);
    while (this.#facts.length - this.#first > FACTS_MAX || now - timeOf(this.#facts[this.#first]!) > KEPT) {
      const old = this.#facts[this.#first]!;
      if (now - timeOf(old) <= KEPT) this.dropped += 1;
      this.#stand(old);
      this.#first += 1;
      this.#isWhole = false;
    }
    if (this.#first < SPARE) return;
    this.#facts = this.#facts.slice(this.#first);
    this.#first = 0;
  }

  /** All that is kept, the earliest first. */
  facts(): Fields[] {
    return [...this.#standing.values()].toSorted((one, other) => timeOf(one) - timeOf(other)).concat(this.#facts.slice(this.#first));
  }

  /** Of what is kept no more only that is remembered which is so still. */
  #stand(fact: Fields): void {
    const standing = standingOf(fact);
    if (standing === undefined) return;
    const { key, isOver = false, ends } = standing;
    if (ends !== undefined) for (const other of this.#standing.keys()) if (other.startsWith(ends)) this.#standing.delete(other);
    // The latest is the last in order.
    this.#standing.delete(key);
    if (!isOver) this.#standing.set(key, fact);
  }
}

/** So many facts that are kept no more may stand before the others, so that not each of them moves all. */
const SPARE = 2000;

const timeOf = (fact: Fields): number => fact['at'] as number;

interface Standing {
  readonly key: string;
  readonly isOver?: boolean;
  /** What begins so is over. */
  readonly ends?: string;
}

/** What stands until something else is told: by a key that the later fact has as well. */
function standingOf(fact: Fields): Standing | undefined {
  const own = fact as { readonly type: string; readonly node?: number; readonly replica?: number; readonly by?: number; readonly input?: Said; readonly output?: Said };
  switch (own.type) {
    case 'mishaps':
    case 'views':
      return { key: own.type };
    case 'fell':
    case 'left':
      return { key: `life ${own.replica}`, ends: `link ${own.replica} ` };
    case 'came-back':
    case 'paused':
    case 'went-on':
    case 'joined':
      return { key: `life ${own.replica}` };
    case 'entered':
      return { key: `view ${own.by}` };
    case 'executed':
    case 'transferred':
      return { key: `place ${own.by}` };
    case 'input':
      return own.input?.type === 'set' ? { key: `word ${own.node} ${own.input.index}` } : undefined;
    case 'output':
      switch (own.output?.type) {
        case 'linked':
        case 'unlinked':
          return { key: `link ${own.node} ${own.output.address}`, isOver: own.output.type === 'unlinked' };
        case 'decided':
          return own.output.index === undefined ? undefined : { key: `word ${own.node} ${own.output.index}` };
        default:
          return undefined;
      }
    default:
      return undefined;
  }
}

interface Said {
  readonly type: string;
  readonly address?: string;
  readonly index?: number;
}
