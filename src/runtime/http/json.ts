import { isUtf8 } from 'node:buffer';

/** What a JSON text may be at the most. */
export interface Size {
  readonly bytes: number;
  /** How deep objects and lists may be in each other. */
  readonly depth: number;
  /** How many commas, colons and opening brackets there may be: what comes of a text has no more parts. */
  readonly parts: number;
}

/**
 * The value of a JSON text, or what is wrong with it. Depth and parts are counted over the bytes first: a parser would make
 * gigabytes of a few MB of brackets. A name that stands twice in one object means one thing to one reader and another to the
 * next, so it is refused.
 */
export function readJson(bytes: Buffer, { depth, parts }: Omit<Size, 'bytes'>): { readonly value: unknown } | { readonly flaw: string } {
  if (!isUtf8(bytes)) return { flaw: 'that is not UTF-8' };
  const names = countNames(bytes, depth, parts);
  if (typeof names === 'string') return { flaw: names };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return { flaw: 'that is not JSON' };
  }
  return namesIn(value) === names ? { value } : { flaw: 'that has a name twice in one object' };
}

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [SQUARE, CURLY, SQUARE_END, CURLY_END] = [0x5b, 0x7b, 0x5d, 0x7d];

/** How many names of fields a text has, if it is JSON; or why it is not to be parsed. */
function countNames(bytes: Buffer, depthMax: number, partsMax: number): number | string {
  let depth = 0;
  let parts = 0;
  let names = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    switch (bytes[index]) {
      case QUOTE:
        index += 1;
        while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
        break;
      case COLON:
        names += 1;
        parts += 1;
        break;
      case COMMA:
        parts += 1;
        break;
      case SQUARE:
      case CURLY:
        depth += 1;
        parts += 1;
        if (depth > depthMax) return `that is nested deeper than ${depthMax}`;
        break;
      case SQUARE_END:
      case CURLY_END:
        depth -= 1;
        break;
      default:
    }
    if (parts > partsMax) return `that has more than ${partsMax} parts`;
  }
  return names;
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += namesIn(item);
    return count;
  }
  for (const item of Object.values(value)) {
    count += 1;
    if (typeof item === 'object') count += namesIn(item);
  }
  return count;
}
