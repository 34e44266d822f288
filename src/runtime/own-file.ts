import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { UserError, quotedPath } from '../core/user-error.ts';

/** Opens a file of ours, to read it and to write behind its end; makes it if need be: of what is `new` there must be none. @throws UserError if it is no file */
export function openOwn(path: string, how: 'append' | 'new', mode?: number): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL } = constants;
  // What a link leads to may be somebody else's.
  return openFile(path, O_RDWR | O_APPEND | O_CREAT | (how === 'new' ? O_EXCL : 0) | flag(constants.O_NOFOLLOW), mode);
}

/** Opens a file to read it, wherever links lead. @throws UserError if it is no file */
export const openToRead = (path: string): number => openFile(path, constants.O_RDONLY);

function openFile(path: string, flags: number, mode?: number): number {
  // A pipe is not waited for.
  const fd = openSync(path, flags | flag(constants.O_NONBLOCK), mode);
  const kind = otherKind(fstatSync(fd));
  if (kind === undefined) return fd;
  closeSync(fd);
  throw new UserError(`${quotedPath(path)} cannot be used: it is ${kind}`);
}

/** What it is, if it is no file. */
export function otherKind(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  return stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : 'a device';
}

/** A system that knows no such flag does without. */
const flag = (value: number | undefined): number => value ?? 0;
