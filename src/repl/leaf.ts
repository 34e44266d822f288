import { isInterrupt, type Feeder, type Key } from './feeder.ts';
import { wrapped } from '../core/wrapped.ts';

/** Where the pages are shown. */
interface Screen {
  readonly feeder: Feeder;
  readonly output: NodeJS.WriteStream;
  readonly dim: (text: string) => string;
}

const CLEAR_BELOW = '\u001b[J';
const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const up = (rows: number): string => (rows === 0 ? '' : `\u001b[${rows}A`);

/** What a key asks for. */
type Move = 'forward' | 'back' | 'down' | 'up' | 'first' | 'last' | 'leave';

/**
 * Shows pages one at a time, and goes through them by keys until one leaves. The last one that was shown stays on the screen.
 * @param pagesAt the pages, made for the window as it is; there is at least one
 */
export async function leafThrough({ feeder, output, dim }: Screen, pagesAt: () => readonly (readonly string[])[]): Promise<void> {
  let pages = pagesAt();
  let [page, top, height] = [0, 0, 0];
  await new Promise<void>((resolve) => {
    const resized = (): void => {
      pages = pagesAt();
      height = 0;
      output.write(CLEAR_SCREEN);
      draw();
    };
    output.on('resize', resized);
    feeder.attach((key) => {
      const move = moveOf(key);
      if (move === undefined) return;
      if (move === 'leave') {
        output.off('resize', resized);
        feeder.detach();
        draw(false);
        resolve();
      } else {
        go(move);
        draw();
      }
    });
    draw();
  });

  function go(move: Exclude<Move, 'leave'>): void {
    const most = Math.max(0, pages[page]!.length - room());
    if (move === 'down' && top < most) top += 1;
    else if (move === 'up' && top > 0) top -= 1;
    else {
      const before = page;
      const aims = { forward: page + 1, down: page + 1, back: page - 1, up: page - 1, first: 0, last: pages.length - 1 };
      page = Math.max(0, Math.min(pages.length - 1, aims[move]));
      if (page !== before) top = 0;
    }
  }

  /** Rows for the page: two are for the keys below it. */
  function room(): number {
    return Math.max(1, output.rows - 3);
  }

  function draw(isOpen = true): void {
    const lines = pages[page]!;
    const shown = isOpen ? lines.slice(top, top + room()) : lines;
    const place = `${page + 1} of ${pages.length}${shown.length < lines.length ? `, lines ${top + 1} to ${top + shown.length} of ${lines.length}, ↓ ↑ scroll` : ''}`;
    const keys = isOpen ? ['', ...wrapped(dim(`${place}   → or space forward, ← back, q leaves`), output.columns - 1)] : [];
    output.write(`${up(height)}\r${CLEAR_BELOW}${[...shown, ...keys].map((line) => `${line}\n`).join('')}`);
    height = shown.length + keys.length;
  }
}

function moveOf(key: Key): Move | undefined {
  if (isInterrupt(key) || (key.ctrl && key.name === 'd')) return 'leave';
  switch (key.name) {
    case 'right': case 'pagedown': case 'return': case 'enter': return 'forward';
    case 'left': case 'pageup': case 'backspace': return 'back';
    case 'down': return 'down';
    case 'up': return 'up';
    case 'home': return 'first';
    case 'end': return 'last';
    case 'escape': return 'leave';
  }
  switch (key.text) {
    case ' ': case 'n': case 'j': return 'forward';
    case 'p': case 'b': case 'k': return 'back';
    case 'q': return 'leave';
    default: return undefined;
  }
}
