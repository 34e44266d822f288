import type { Ask, Change } from '../news.ts';

/** What a page asks, if it is that. A live army is not begun anew by a page, and stops for nobody but its prompt. */
export function askIn(text: string): Ask | undefined {
  const ask = objectIn(text);
  switch (ask?.['type']) {
    case 'line':
      return isText(ask['line']) ? { type: 'line', line: ask['line'] } : undefined;
    case 'why':
      return isWhole(ask['id']) ? { type: 'why', id: ask['id'] } : undefined;
    case 'fork': {
      const change = changeIn(ask['change']);
      return change === undefined ? undefined : { type: 'fork', change };
    }
    case 'odds':
      return isText(ask['strategy']) && isWhole(ask['orders']) ? { type: 'odds', strategy: ask['strategy'], orders: ask['orders'] } : undefined;
    case 'stop':
      return { type: 'stop' };
    default:
      return undefined;
  }
}

function changeIn(value: unknown): Change | undefined {
  const { round, from, to, index, word } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (!isWhole(round) || !isWhole(from) || !isWhole(to) || !isWhole(index)) return undefined;
  return word === 'attack' || word === 'retreat' || word === 'silence' ? { round, from, to, index, word } : undefined;
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A line is one line. */
const isText = (value: unknown): value is string => typeof value === 'string' && !/[\n\r]/.test(value);
