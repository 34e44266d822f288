import { Chalk, type ChalkInstance } from 'chalk';
import { PROMPT } from './welcome.ts';
import { wrapped } from '../core/wrapped.ts';

export { isPlain, wantsColour } from './colour.ts';
export { PROMPT } from './welcome.ts';

/** How text is coloured, or that it is not, and how wide its lines may be. Here and in `render` is all that there is of colour. */
export interface Theme {
  readonly paint: ChalkInstance;
  readonly prompt: string;
  /** The columns of the terminal that is written to; Infinity where it is none, as in a pipe, where lines stay as they are. */
  readonly width: number;
  /** A mistake, as it goes to standard error. @param width of that */
  mistake(message: string, width?: number): string;
}

/** How wide help and pictures are where there is no terminal. */
export const PIPE_WIDTH = 80;

/** @param colour whether to colour; the words are the same @param width tells it anew each time, as windows change; no end to it if not given */
export function themeOf(colour: boolean, width: () => number | undefined = () => undefined): Theme {
  const paint = new Chalk({ level: colour ? 1 : 0 });
  return {
    paint,
    prompt: paint.bold(PROMPT),
    get width() {
      return width() ?? Infinity;
    },
    mistake: (message, room = Infinity) => wrapped(message, room).map((line) => paint.red(line)).join('\n'),
  };
}
