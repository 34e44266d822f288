/**
 * Text in lines of at most that many columns, broken between words only: a word that is longer has a line of its own, and is
 * left to the terminal. It may hold colours, and may be indented.
 * @param hang by how many columns more than the first the other lines are indented
 */
export function wrapped(text: string, width: number, hang = 2): string[] {
  if (widthOf(text) <= width) return [text];
  const indent = /^ */.exec(text)![0];
  const margin = ' '.repeat(indent.length + hang);
  const lines: string[] = [];
  let line = indent;
  let used = indent.length;
  let isEmpty = true;
  for (const word of text.slice(indent.length).split(' ')) {
    const length = widthOf(word);
    if (!isEmpty && used + 1 + length > width) {
      lines.push(line.trimEnd());
      [line, used, isEmpty] = [margin, margin.length, true];
    }
    line += isEmpty ? word : ` ${word}`;
    used += length + (isEmpty ? 0 : 1);
    isEmpty = false;
  }
  return [...lines, line];
}

/** How many columns of a terminal a text takes; colours take none. */
export function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const letter of text.replaceAll(COLOUR, '')) width += NONE.test(letter) ? 0 : TWO.test(letter) ? 2 : 1;
  return width;
}

/** What chalk writes: "select graphic rendition" (ECMA-48, §8.3.117). Of what people type no control character comes here. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;
const NONE = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const TWO = /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;
