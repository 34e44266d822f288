import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { PART, wholeDocument } from '../document.ts';

/** Where the build puts the page’s script and style. */
const fileAt = (name: string): string => readFileSync(new URL(`../../../web/${name}`, import.meta.url), 'utf8');

/** @param own what stands before it: a script that brings something of somebody's own */
export const script = (own = ''): string => own + fileAt('lab.js');

export const style = (): string => fileAt('style.css');

/** Of the page that shows nodes that really run: nothing of it is in the file that is handed out. */
export const liveScript = (): string => fileAt('live.js');

export const liveStyle = (): string => fileAt('live-style.css');

/** The whole laboratory as one page that works from a disk. */
export const wholePage = (own = ''): string => wholeDocument(gzipSync(style().trim() + PART + script(own), { level: 9 }).toString('base64'));
