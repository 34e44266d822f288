/** One line of a bench's result. Times are of this machine and this run; the ratio is what may be quoted. */
export interface Row {
  readonly what: string;
  /** Of the product, in milliseconds unless the line says otherwise. */
  readonly ours: number;
  /** Of the denominator, measured in turn with it. */
  readonly theirs: number;
  readonly ratio: number;
  readonly limit?: number;
}

/** Milliseconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Measures two things in turn, so that the machine's moods meet both; the ratio is the median of the pairs' ratios. */
export async function inTurn(
  what: string,
  pairs: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
  limit?: number,
): Promise<Row> {
  const a: number[] = [];
  const b: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    a.push(await ours());
    b.push(await theirs());
  }
  const ratio = median(a.map((value, index) => value / b[index]!));
  return { what, ours: median(a), theirs: median(b), ratio, ...(limit === undefined ? {} : { limit }) };
}
