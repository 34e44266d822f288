/** A word as a shell takes it for one, in one line that a terminal can show: control characters are escaped, as bash, zsh and newer shells read them. */
export function inShell(word: string): string {
  if (/^[\w./:,=+@%-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = word.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, (control) => `\\u${control.codePointAt(0)!.toString(16).padStart(4, '0')}`);
  return `$'${escaped}'`;
}
