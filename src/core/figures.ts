/** A number as people read it: `1,000`. Not for what they would type again, such as a seed. @param decimals the most behind the point */
export function figure(value: number | bigint, decimals: 0 | 1 | 20 = 0): string {
  const { length } = String(value);
  // To the last digit only as long as somebody would read that.
  return typeof value === 'bigint' && length > DIGITS_MAX ? `about 10^${length - 1}` : new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);
}

const DIGITS_MAX = 30;

/** So many of something: `1 order`, `2 orders`, `1,000 orders`. */
export const counted = (count: number | bigint, one: string, many = `${one}s`): string => `${figure(count)} ${Number(count) === 1 ? one : many}`;
