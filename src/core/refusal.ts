/** A user's mistake: its message is one line that says what was wrong, and nothing has changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** A word as it may stand in a one-line message, whatever it holds. */
export function quoted(word: string): string {
  const short = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  // Control characters, and the halves of broken surrogate pairs, would garble a terminal.
  return JSON.stringify(short.toWellFormed()).replace(/[\u007f-\u009f\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]/g, '?');
}
