import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { wholeDocument } from '../document.ts';

/** Where the build puts the page’s script and style. */
const fileAt = (name: string): string => readFileSync(new URL(`../../../web/${name}`, import.meta.url), 'utf8');

export const script = (): string => fileAt('lab.js');

export const style = (): string => fileAt('style.css');

/** The whole laboratory as one page that works from a disk. */
export const wholePage = (): string => wholeDocument(style(), gzipSync(script(), { level: 9 }).toString('base64'));
