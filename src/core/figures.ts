/** A number as people read it: `1,000`. Not for what they would type again, such as a seed. @param decimals the most behind the point */
export function figure(value: number | bigint, decimals: 0 | 1 | 20 = 0): string {
  const { length } = String(value);
  // To the last digit only as long as somebody would read that.
  if (typeof value === 'bigint' && length > DIGITS_MAX) return `about 10^${length - 1}`;
  // The first use of Intl takes a tenth of the time in which a command is up, and most numbers are whole.
  if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);
}

const DIGITS_MAX = 30;

/** So many of something: `1 order`, `2 orders`, `1,000 orders`. */
export const counted = (count: number | bigint, one: string, many = `${one}s`): string => `${figure(count)} ${Number(count) === 1 ? one : many}`;
