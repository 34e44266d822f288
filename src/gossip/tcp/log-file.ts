import { createWriteStream, type WriteStream } from 'node:fs';
import { UserError, quotedPath, reasonOf } from '../../core/user-error.ts';

/** A file that grows by lines. It never holds up whoever writes: what the disk does not take is lost, and that is said once. */
export class LogFile {
  readonly #stream: WriteStream;
  #isLost = false;

  private constructor(stream: WriteStream, lost: (reason: string) => void) {
    this.#stream = stream;
    stream.on('error', (error) => {
      if (!this.#isLost) lost(reasonOf(error));
      this.#isLost = true;
    });
  }

  /** @throws UserError if it cannot be written */
  static async open(path: string, lost: (reason: string) => void): Promise<LogFile> {
    const stream = createWriteStream(path, { flags: 'a' });
    await new Promise<void>((resolve, reject) => {
      stream.once('open', () => resolve());
      stream.once('error', (error) => reject(new UserError(`${quotedPath(path)} cannot be written: ${reasonOf(error)}`)));
    });
    return new LogFile(stream, lost);
  }

  write(line: string): void {
    // A disk that hangs must not fill the memory.
    if (!this.#isLost && this.#stream.writableLength < WAITING_MAX) this.#stream.write(`${line}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.closed || this.#isLost) return resolve();
      this.#stream.once('close', resolve);
      this.#stream.end();
    });
  }
}

const WAITING_MAX = 8 * 1024 * 1024;

/** `YYYY-MM-DD HH:MM:SS`, by the clock and in the zone of this machine. */
export function timeStamp(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
