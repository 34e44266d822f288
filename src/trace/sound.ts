/** What readers of trace files ask of a value before they rely on it; a damaged file may hold anything. */

/** A line of a trace file, before it is known to be a fact. */
export type Fields = Readonly<Record<string, unknown>>;

/** A line that was found sound, as the fact that it is: the one place where the types of facts are believed. */
export const factIn = <Fact>(fields: unknown): Fact => fields as Fact;

/** What stands in one line of a terminal or a picture, and moves nothing there. */
const CLEAN = /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]*$/u;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
export const isList = (value: unknown): value is unknown[] => Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === 'string' && CLEAN.test(value);
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a list holds such values only, and none twice. */
export const isSetOf = (value: unknown, isOne: (element: unknown) => boolean): value is unknown[] =>
  isList(value) && value.every(isOne) && new Set(value).size === value.length;
