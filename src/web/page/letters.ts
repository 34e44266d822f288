/** The smallest letters of a ring, in its own units: on a narrow page they are no smaller than 12 pixels. */
const LEAST = 15;

/** How large the name of one is that is so large. */
export const lettersOf = (size: number): number => Math.max(LEAST, size * 0.66);

/** What of a name finds room: all, its number, or nothing. */
export function fitting(name: string, letters: number, room: number): string {
  const number = name.replace(/^\D+/, '');
  return [name, number].find((text) => text.length * letters * WIDTH <= room) ?? '';
}

/** How wide a bold letter or digit is, by its height. */
const WIDTH = 0.62;
