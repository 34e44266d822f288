/** One of so many shards, between which work is divided. */
export interface Share {
  /** From 1 on. */
  readonly number: number;
  readonly of: number;
}

export const SHARES_MAX = 65_536;

/** `3/16`. */
export const shareText = ({ number, of }: Share): string => `${number}/${of}`;

/** A share as people write it; undefined if it is none. */
export function parseShare(text: string): Share | undefined {
  const [, number, of] = /^\s*(\d{1,6})\s*\/\s*(\d{1,6})\s*$/.exec(text) ?? [];
  const share = { number: Number(number), of: Number(of) };
  return number !== undefined && share.number >= 1 && share.number <= share.of && share.of <= SHARES_MAX ? share : undefined;
}

/** The first of what is numbered from 0 on and dealt round, one to each share; each further one is `of` further. @param offset whose turn is first */
export const firstOf = ({ number, of }: Share, offset = 0): number => (((number - 1 - offset) % of) + of) % of;

/** Whether something that is dealt round is this share's. */
export const isOwn = ({ number, of }: Share, index: number): boolean => index % of === number - 1;
