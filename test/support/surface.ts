import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectPath } from './run.ts';

/** What the package exports by an entry, each name with its declaration as the compiler emits it, without comments; by name. */
export function surfaceOf(entry: string): string {
  const names = [...exportsOf(`dist/src/${entry}.d.ts`)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([name, { file, local }]) => declarationOf(file, local, name)).join('');
}

interface Place {
  readonly file: string;
  readonly local: string;
}

/** Where each name that a module exports is declared. */
function exportsOf(file: string): Map<string, Place> {
  const text = withoutComments(file);
  const names = new Map<string, Place>();
  for (const [, local] of text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm)) names.set(local!, { file, local: local! });
  for (const [, list, from] of text.matchAll(/^export (?:type )?(\{[^}]*\}|\*) from '([^']+)';/gm)) {
    const others = exportsOf(join(dirname(file), from!.replace(/\.ts$/, '.d.ts')));
    if (list === '*') for (const [name, place] of others) names.set(name, place);
    else {
      for (const part of list!.slice(1, -1).split(',').map((one) => one.trim().replace(/^type /, '')).filter((one) => one !== '')) {
        const [local = '', name = local] = part.split(' as ');
        const place = others.get(local);
        if (place === undefined) throw new Error(`${file} exports ${local}, which ${from} does not`);
        names.set(name, place);
      }
    }
  }
  return names;
}

/** All overloads of a declaration, each in as few lines as the compiler has. */
function declarationOf(file: string, local: string, name: string): string {
  const statements = withoutComments(file).split(/\n(?=export |declare |import |type |interface )/);
  const own = statements.filter((one) => new RegExp(`^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) ${local}\\b`).test(one));
  if (own.length === 0) throw new Error(`${file} has no ${local}`);
  return own.map((one) => `${one.replace(/^export (?:declare )?/, '').replace(new RegExp(`\\b${local}\\b`), name).trimEnd()}\n`).join('');
}

const withoutComments = (file: string): string => readFileSync(projectPath(file), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/^\s*\n/gm, '');
