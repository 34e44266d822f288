import type { NodeId } from '../core/node.ts';

/**
 * Whether replicas that keep a log agree, judged as it happens: no two loyal replicas execute different things at one
 * place. One comparison for each execution.
 */
export class LogJudge {
  /** What is at each place, and who executed it there first. */
  readonly #digests: string[] = [];
  readonly #first: NodeId[] = [];
  /** The first disagreement, in words. */
  violation: string | undefined;

  /** A loyal replica executed something at a place. */
  executed(replica: NodeId, sequence: number, digest: string): void {
    const known = this.#digests[sequence];
    if (known === digest) return;
    if (known === undefined) {
      this.#digests[sequence] = digest;
      this.#first[sequence] = replica;
    } else this.violation ??= `replica ${replica} executed ${short(digest)} at place ${sequence}, where replica ${this.#first[sequence]} executed ${short(known)}`;
  }

  /** How many places hold something. */
  get height(): number {
    return Math.max(0, this.#digests.length - 1);
  }
}

const short = (digest: string): string => digest.slice(0, 12);
