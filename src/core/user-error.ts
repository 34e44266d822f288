/** What kind of mistake a refusal is about, for programs: its message is for people, and may be worded anew. */
export type UserErrorCode =
  /** An argument has the wrong type, is out of range, or is none of the names that there are. */
  | 'invalid-argument'
  /** There is no option of that name. */
  | 'unknown-option'
  /** No general of the army has that id. */
  | 'unknown-general'
  /** The general's thread is gone: it can only be killed. */
  | 'lost-general'
  /** The general is loyal, and only traitors can be told what to say. */
  | 'loyal-general'
  /** The army would have more generals than its limit. */
  | 'army-full'
  /** No general is left to give the order. */
  | 'no-primary'
  /** The protocol cannot be run among so many generals for so many traitors. */
  | 'unfit-protocol'
  /** What a traitor was told to say does not fit what it has to send. */
  | 'unfit-words'
  /** The army was disbanded. */
  | 'disbanded'
  /** Any other, such as a damaged file; no call of an army is refused so. */
  | 'mistake';

/** A user's mistake: its message is one line that says what was wrong, and nothing has changed. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;

  constructor(message: string, code: UserErrorCode = 'mistake') {
    super(message);
    this.code = code;
  }
}

/** A word as it may stand in a one-line message, whatever it holds. @param most characters; what is more is cut off */
export function quoted(word: string, most = 40): string {
  const short = word.length > most ? `${word.slice(0, most)}…` : word;
  // Control characters, and the halves of broken surrogate pairs, would garble a terminal.
  return JSON.stringify(short.toWellFormed()).replace(/[\u007f-\u009f\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]/g, '?');
}

/** Anything that JSON can hold, as it may stand in a one-line message. An object of a stranger's may have a `toString` that is none. */
export function quotedValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return quoted(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));
}

/** A file or folder in a one-line message: its end is what tells it from others, so it is not cut off soon. */
export const quotedPath = (path: string): string => quoted(path, 1000);

/** Does something with a file or folder; why the system will not is said in one line. @throws UserError */
export function trying<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError || (error as { readonly code?: unknown }).code === undefined) throw error;
    throw new UserError(`${quotedPath(path)} cannot be used: ${reasonOf(error)}`);
  }
}

/** Why the system refused, in words: for a file that could not be read or written. */
export function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return REASONS[String(code)] ?? String(code);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file is in its place',
  ELOOP: 'it is a symbolic link, which is not followed here',
  ENXIO: 'it is no file',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk failed',
  EMFILE: 'too many files are open',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it can only be read',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left for this user',
  EFBIG: 'it grows larger than a file may be',
};
