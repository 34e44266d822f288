import { SHARES_MAX, parseShare, type Share } from '../campaign/many/share.ts';
import { quoted } from '../core/user-error.ts';
import { nearest } from '../repl/nearest.ts';
import { UsageError, whole as wholeOf } from './arguments.ts';
import { bring, isOwnFile, type Kind } from './bring.ts';

/** An option of the command line: the parser, help, completion and the man page say of it what stands here. */
export interface Option<Value> {
  /** A letter that stands for its name. */
  readonly short: string | undefined;
  /** What is given with it, such as `<n>`; nothing with a switch. */
  readonly value: string | undefined;
  /** What it is for. */
  readonly about: string;
  /** What it may be, in words. */
  readonly bounds: () => Promise<string | undefined>;
  /** What it is if it is not given, in words. */
  readonly otherwise: string | undefined;
  /** What a shell completes it by. */
  readonly completes: Completes;
  /** @param word what was given with it; of a switch, nothing @throws UsageError */
  readonly read: (word: string | undefined, name: string) => Promise<Value>;
}

export type Completes = { readonly type: 'nothing' } | { readonly type: 'files' } | { readonly type: 'folders' } | { readonly type: 'words'; readonly words: Words };

/** Names are found where they are defined, and only when they are asked for: that takes more time than all else before a prompt. */
export type Words = () => Promise<readonly string[]>;

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of options, by their names. */
export type Values<Table extends Options> = { readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never };

interface Details {
  readonly short?: string;
  /** What it is if it is not given, where that is no value of its own. */
  readonly otherwise?: string;
}

/** An option that is given or not. */
export const flag = (about: string, { short }: Details = {}): Option<boolean> => ({
  ...PLAIN, short, about, value: undefined, read: async (word) => word !== undefined,
});

interface Bounds extends Details {
  readonly min: number;
  readonly max?: number;
}

/** A whole number. */
export function whole(value: string, about: string, details: Bounds & { readonly fallback: number }): Option<number>;
export function whole(value: string, about: string, details: Bounds): Option<number | undefined>;
export function whole(value: string, about: string, { min, max, fallback, short, otherwise }: Bounds & { readonly fallback?: number }): Option<number | undefined> {
  const bounds = max === undefined ? `${min} or more` : `${min} to ${max}`;
  return {
    ...PLAIN, short, value, about, bounds: async () => bounds, otherwise: otherwise ?? (fallback === undefined ? undefined : String(fallback)),
    read: async (word, name) => wholeOf(word, name, min, max) ?? fallback,
  };
}

interface Choice extends Details {
  /** What these are, such as `protocol`. */
  readonly noun: string;
}

/** One of several words, in any letter case. */
export function choice<const Word extends string>(value: string, about: string, words: readonly Word[] | (() => Promise<readonly Word[]>), details: Choice & { readonly fallback: Word }): Option<Word>;
export function choice<const Word extends string>(value: string, about: string, words: readonly Word[] | (() => Promise<readonly Word[]>), details: Choice): Option<Word | undefined>;
export function choice<const Word extends string>(
  value: string, about: string, words: readonly Word[] | (() => Promise<readonly Word[]>), { noun, fallback, short, otherwise }: Choice & { readonly fallback?: Word },
): Option<Word | undefined> {
  const known = async (): Promise<readonly Word[]> => (typeof words === 'function' ? words() : words);
  return {
    ...PLAIN, short, value, about, bounds: async () => listed(await known()), otherwise: otherwise ?? fallback, completes: { type: 'words', words: known },
    async read(word) {
      if (word === undefined) return fallback;
      const all = await known();
      const found = all.find((one) => one === word.toLowerCase());
      if (found !== undefined) return found;
      const near = nearest(word, all);
      throw new UsageError(`there is no ${noun} ${quoted(word)}: ${all.join(', ')}`, near === undefined ? undefined : { typed: word, meant: near });
    },
  };
}

/** A name, or a file of somebody's own, which is brought as it is read. */
export function named(kind: Kind, about: string, words: Words, details: Choice & { readonly fallback: string }): Option<string>;
export function named(kind: Kind, about: string, words: Words, details: Choice): Option<string | undefined>;
export function named(kind: Kind, about: string, words: Words, details: Choice & { readonly fallback?: string }): Option<string | undefined> {
  const name = choice('<name|file>', about, words, details);
  return {
    ...name,
    bounds: async () => `${(await words()).join(', ')}, or a file of your own`,
    read: async (word, option) => (word !== undefined && isOwnFile(word) ? bring(kind, word) : name.read(word, option)),
  };
}

/** A file of somebody's own, or several with commas between. @returns their names */
export const ownFiles = (kind: Kind, about: string): Option<readonly string[]> => ({
  ...PLAIN, value: '<file>', about, completes: { type: 'files' },
  async read(word, option) {
    const names: string[] = [];
    for (const part of word?.split(',') ?? []) {
      if (!isOwnFile(part)) throw new UsageError(`${option} brings a ${kind} of your own from a file, such as ./mine.ts, and ${quoted(part)} is none`);
      names.push(await bring(kind, part));
    }
    return names;
  },
});

interface Text extends Details {
  /** What it may be, in words, if what is read here is read again elsewhere. */
  readonly bounds?: string | (() => Promise<string>);
  readonly completes?: Completes;
}

/** Any text. */
export const text = (value: string, about: string, { short, otherwise, bounds, completes = { type: 'nothing' } }: Text = {}): Option<string | undefined> => ({
  short, value, about, otherwise, completes, bounds: async () => (typeof bounds === 'function' ? bounds() : bounds), read: async (word) => word,
});

export const file = (about: string, details: Details = {}): Option<string | undefined> => text('<file>', about, { ...details, completes: { type: 'files' } });

export const folder = (about: string, details: Details = {}): Option<string | undefined> => text('<folder>', about, { ...details, completes: { type: 'folders' } });

/** One of so many parts. */
export const shard = (about: string): Option<Share | undefined> => ({
  ...PLAIN, value: '<k/n>', about, bounds: async () => `such as 3/16, of ${SHARES_MAX} at the most`,
  async read(word, option) {
    const share = word === undefined ? undefined : parseShare(word);
    if (word !== undefined && share === undefined) throw new UsageError(`${option} is a part of so many, from 1/1 to ${SHARES_MAX}/${SHARES_MAX}, such as 3/16, not ${quoted(word)}`);
    return share;
  },
});

const PLAIN = { short: undefined, otherwise: undefined, completes: { type: 'nothing' }, bounds: async () => undefined } as const;

/** `a, b or c`. */
export const listed = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`);
