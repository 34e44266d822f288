import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { projectPath } from './run.ts';

/** A source as it would be, had somebody written that in the place of this. */
export interface Edited {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Modules with all that they import, one source of which is edited: each is bundled to a file of its own. */
export class EditedModules implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'generals-edits-'));
  #bundles = 0;

  /** @param entry a file of the project */
  async import<Module>(entry: string, { file, from, to }: Edited): Promise<Module> {
    const outfile = join(this.#folder, `${(this.#bundles += 1)}.mjs`);
    await build({
      entryPoints: [projectPath(entry)],
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
      plugins: [{
        name: 'edit',
        setup(context) {
          context.onLoad({ filter: /\.ts$/ }, ({ path }) => (path === projectPath(file) ? { contents: readFileSync(path, 'utf8').replace(from, () => to), loader: 'ts' } : undefined));
        },
      }],
    });
    return (await import(pathToFileURL(outfile).href)) as Module;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
