/** A whole number as people write it (`3`, `+3`, `1e9`), else undefined. */
export function parseWhole(word: string): number | undefined {
  if (!/^[+-]?\d{1,20}(e\d{1,2})?$/i.test(word)) return undefined;
  const value = Number(word);
  return Number.isInteger(value) ? value : undefined;
}

/** A general's id as people write it (`3`, `G3`, `g3`), else undefined. */
export function parseId(word: string): number | undefined {
  const digits = /^g?(\d{1,15})$/i.exec(word)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
