/** A rate and the interval in which the true one lies, all from 0 to 1. */
export interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** The 0.975 quantile of the normal distribution: for intervals that cover the truth 95 times in 100. */
export const Z95 = 1.959963984540054;

/**
 * Wilson's score interval ("Probable inference, the law of succession, and statistical inference", JASA 22, 1927). Unlike
 * rate ± z·error it stays inside 0 to 1, and says something true where nothing or everything was counted.
 * @param trials if 0, nothing is known: from 0 to 1
 */
export function wilson(successes: number, trials: number, z = Z95): Rate {
  if (trials === 0) return { rate: Number.NaN, low: 0, high: 1 };
  const rate = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  // At the ends the interval reaches exactly 0 or 1, which rounding would miss.
  return { rate, low: successes === 0 ? 0 : Math.max(0, centre - half), high: successes === trials ? 1 : Math.min(1, centre + half) };
}
