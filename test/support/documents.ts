import { readFileSync, readdirSync } from 'node:fs';
import { projectPath } from './run.ts';

/** What is written for people who use the program or work on it. */
export const DOCUMENTS: readonly string[] = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...pagesIn('docs')];

/** The pages of exercises, whose commands are about files that a reader has to write first. */
export const EXERCISES: readonly string[] = pagesIn('exercises');

function pagesIn(folder: string): string[] {
  return readdirSync(projectPath(folder), { recursive: true }).map((file) => `${folder}/${String(file).replaceAll('\\', '/')}`).filter((file) => file.endsWith('.md')).toSorted();
}

/** What stands between two fences. */
export interface Block {
  readonly document: string;
  /** What is written behind the first fence: sh, text, ts … */
  readonly language: string;
  /** The comment above it, which readers do not see: what the tests need to know to run it. */
  readonly comment: string;
  readonly text: string;
}

/** The blocks of one document. */
export const blocksIn = (document: string): Block[] =>
  [...textOf(document).matchAll(BLOCK)].map(([, comment = '', language = '', text = '']) => ({ document, comment, language, text }));

export const textOf = (document: string): string => readFileSync(projectPath(document), 'utf8');

/** The text of a document with each block put in the place of its own. */
export const withBlocks = (document: string, rewrite: (block: Block) => string): string =>
  textOf(document).replaceAll(BLOCK, (whole: string, comment: string | undefined, language: string, text: string) =>
    whole.replace(`\`\`\`${language}\n${text}\`\`\``, () => `\`\`\`${language}\n${rewrite({ document, comment: comment ?? '', language, text })}\`\`\``));

const BLOCK = /(?:^<!-- (.*) -->\n)?^```(\w*)\n([^]*?)^```$/gm;

/** Its sentences and titles, the cells of its tables; no code, no address. */
export function proseOf(document: string): string[] {
  const text = textOf(document).replaceAll(BLOCK, '\n').replaceAll(/<!--[^]*?-->/g, '').replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/`[^`]*`/g, 'code');
  return text.split(/\n{2,}/).flatMap((paragraph) => (paragraph.startsWith('|') ? paragraph.split(/[|\n]/) : paragraph.split(/\n(?=[-*] |\d+\. )/)))
    .map((piece) => piece.replaceAll(/\s+/g, ' ').replace(/^(?:#+|[-*]|\d+\.) /, '').trim())
    .filter((piece) => /\w/.test(piece));
}
