import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

export interface Line {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Without its line ending; cut off where it is longer than `max`, so that it is still recognised as too long. */
  readonly text: string;
}

/**
 * The lines of a stream of bytes, which may hold anything: bytes that are no UTF-8 become replacement characters, and of
 * an endless line no more than `max + 1` characters are kept.
 */
export async function* linesOf(stream: Readable, max: number): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let rest = '';
  for await (const bytes of stream) {
    const pieces = decoder.write(bytes as Buffer).split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (rest.length <= max) rest = (rest + piece).slice(0, max + 1);
      if (index === pieces.length - 1) break;
      yield { number: (number += 1), text: rest.replace(/\r$/, '') };
      rest = '';
    }
  }
  rest += decoder.end();
  if (rest !== '') yield { number: number + 1, text: rest };
}
