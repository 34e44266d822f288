/** A table that stands above what else a terminal shows. */
export interface TableScreen {
  /** Shows the table anew, soon. */
  changed(): void;
  /** What clears the window below the table. */
  clearing(): string;
  /** Gives the whole window back. Safe at any time, twice too. */
  close(): void;
}

export interface TableScreenOptions {
  readonly output: NodeJS.WriteStream;
  /** The lines of the table, painted, for a window of that size. */
  readonly lines: (columns: number, rows: number) => readonly string[];
  /** The most lines that it ever needs. */
  readonly height: () => number;
}

/** Fewer rows have no room for a table and a prompt. */
export const ROWS_MIN = 16;

/**
 * Keeps the upper part of a window for a table, by a scroll region: what is printed scrolls below, and the terminal’s own history is
 * left as it is.
 */
export function openTableScreen({ output, lines, height }: TableScreenOptions): TableScreen {
  let top = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  let shown: readonly string[] = [];
  /** Milliseconds that the last look took. */
  let took = 0;

  const wanted = (): number => Math.min(Math.floor(output.rows / 2), height());

  function divide(): void {
    const rows = wanted();
    if (rows === top) return;
    // At first what stands there moves up, into the history of the terminal; later the table grows over the oldest of what happened.
    if (top === 0) output.write(`\x1b[r\x1b[${output.rows};1H${'\n'.repeat(rows)}\x1b[${rows + 1};${output.rows}r\x1b[${output.rows};1H`);
    else output.write(`\x1b7\x1b[${rows + 1};${output.rows}r\x1b8`);
    top = rows;
    shown = [];
  }

  function draw(): void {
    timer = undefined;
    if (!isOpen) return;
    if (wanted() > top) divide();
    const began = performance.now();
    const text = lines(output.columns, top - 1);
    took = performance.now() - began;
    const rows = Array.from({ length: top }, (_, row) => (row === top - 1 ? `\x1b[2m${'─'.repeat(output.columns)}\x1b[22m` : (text[row] ?? '')));
    const changes = rows.flatMap((row, index) => (row === shown[index] ? [] : [`\x1b[${index + 1};1H\x1b[2K${row}`]));
    shown = rows;
    if (changes.length > 0) output.write(`\x1b7\x1b[?2026h${changes.join('')}\x1b[?2026l\x1b8`);
  }

  const resized = (): void => {
    top = 0;
    divide();
    draw();
  };
  // A window that was left and is come back to has another’s lines in it.
  const wentOn = (): void => resized();
  // The shell, too, would have no more than the lower part of the window. Whoever heeds this signal must stop by itself.
  const suspended = (): void => {
    output.write(WHOLE_WINDOW);
    process.kill(process.pid, 'SIGSTOP');
  };
  output.on('resize', resized);
  process.on('SIGCONT', wentOn);
  process.on('SIGTSTP', suspended);
  divide();
  draw();
  return {
    changed: () => void (timer ??= setTimeout(draw, Math.max(DRAW_EVERY, SHARE * took))),
    clearing: () => `\x1b[${top + 1};1H\x1b[J`,
    close() {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      output.removeListener('resize', resized);
      process.removeListener('SIGCONT', wentOn);
      process.removeListener('SIGTSTP', suspended);
      output.write(WHOLE_WINDOW);
    },
  };
}

/** Ends the scroll region, and leaves the cursor where it is. */
const WHOLE_WINDOW = '\x1b7\x1b[r\x1b8';

/** Milliseconds between two looks of a table; a large one takes at most one in so many of all milliseconds. */
const DRAW_EVERY = 100;
const SHARE = 20;
