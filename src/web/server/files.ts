import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { wholeDocument, type Piece } from '../document.ts';

/** Where the build puts the page’s script and style. */
const fileAt = (name: string): string => readFileSync(new URL(`../../../web/${name}`, import.meta.url), 'utf8');

/** @param own what stands before it: a script that brings something of somebody's own */
export const script = (own = ''): string => own + fileAt('lab.js');

export const style = (): string => fileAt('style.css');

/** Of the page that shows nodes that really run: nothing of it is in the file that is handed out. */
export const liveScript = (): string => fileAt('live.js');

export const liveStyle = (): string => fileAt('live-style.css');

/** The whole laboratory as one page that works from a disk. */
export function wholePage(own = ''): string {
  const extra = (name: string, text: string): Piece => ({ name, text, needs: [], later: [] });
  const pieces = [...piecesOf(fileAt('lab.js')), extra('own', own), extra('style', style().trim())];
  return wholeDocument(pieces, (text) => gzipSync(text, { level: 9 }).toString('base64'));
}

/** The parts of the script, as the build has marked them. */
function piecesOf(text: string): Piece[] {
  const [, ...marked] = text.split(/^\/\*# (.*) \*\/\n/m);
  return marked.flatMap((names, index) => {
    const [[name = '', ...needs] = [], later = []] = names.split(' >').map((some) => some.split(' ').filter((one) => one !== ''));
    return index % 2 === 0 ? [{ name, needs, later, text: marked[index + 1]! }] : [];
  });
}
