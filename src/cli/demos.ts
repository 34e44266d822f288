import { readFileSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Something that can be shown. */
export interface Demo {
  readonly name: string;
  readonly path: string;
  /** A script of the prompt, one of bash, or the grid of a campaign. */
  readonly kind: 'script' | 'bash' | 'grid';
  /** One sentence. */
  readonly about: string;
}

const KINDS: Readonly<Record<string, Demo['kind']>> = { '.txt': 'script', '.sh': 'bash', '.json': 'grid' };

/** The demos that this package has, wherever it is installed. */
export function demosHere(): Demo[] {
  const folder = new URL('../../../demo/', import.meta.url);
  return readdirSync(folder).toSorted().flatMap((file) => {
    const kind = KINDS[extname(file)];
    if (kind === undefined) return [];
    const path = fileURLToPath(new URL(file, folder));
    return [{ name: file.slice(0, -extname(file).length), path, kind, about: sentenceOf(readFileSync(path, 'utf8'), kind) }];
  });
}

/** A script opens with a sentence, as a comment; a grid has no room for one. */
function sentenceOf(text: string, kind: Demo['kind']): string {
  if (kind === 'grid') return 'A campaign: how often the loyal agree, for each number of generals and traitors.';
  return /^# (.*)$/m.exec(text)?.[1] ?? '';
}
