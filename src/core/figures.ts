/** A number as people read it: `1,000`. Not for what they would type again, such as a seed. */
export const figure = (value: number | bigint): string => value.toLocaleString('en');

/** So many of something: `1 order`, `2 orders`, `1,000 orders`. */
export const counted = (count: number | bigint, one: string, many = `${one}s`): string => `${figure(count)} ${Number(count) === 1 ? one : many}`;
