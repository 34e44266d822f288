/**
 * How many of `count` events of probability p happen.
 *
 * Algorithm BTRS of Hörmann, "The generation of binomial random variates" (J. Statist. Comput. Simul. 46, 1993): transformed
 * rejection with squeeze, exact up to the rounding of doubles, in a time that does not grow with `count`. Where fewer than ten
 * are expected it does not apply, and the gaps between events are drawn instead (Devroye, "Non-uniform random variate
 * generation", 1986, X.4).
 * @param uniform draws from above 0 to below 1, independently
 */
export function binomial(count: number, p: number, uniform: () => number): number {
  if (p <= 0 || count === 0) return 0;
  if (p >= 1) return count;
  if (p > 0.5) return count - binomial(count, 1 - p, uniform);
  return count * p < 10 ? byGaps(count, p, uniform) : byRejection(count, p, uniform);
}

function byGaps(count: number, p: number, uniform: () => number): number {
  const scale = Math.log1p(-p);
  let events = 0;
  for (let at = Math.floor(Math.log(uniform()) / scale) + 1; at <= count; at += Math.floor(Math.log(uniform()) / scale) + 1) events += 1;
  return events;
}

function byRejection(count: number, p: number, uniform: () => number): number {
  const deviation = Math.sqrt(count * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = count * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((count + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > count) continue;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirling(mode) + stirling(count - mode) - stirling(k) - stirling(count - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** What Stirling's formula for the logarithm of k! leaves out. */
function stirling(k: number): number {
  if (k < TAILS.length) return TAILS[k]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

const TAILS = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];
