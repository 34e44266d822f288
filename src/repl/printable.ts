// C0, DEL and C1: on a terminal they move the cursor or begin an escape sequence, and none stands for a character.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** The text as it may stand in one line of a terminal; undefined if it holds a control character. */
export const printable = (text: string): string | undefined =>
  CONTROL.test(text) ? undefined : text.replace(/[\u2028\u2029]/g, ' '); // readline would take these two for an Enter
