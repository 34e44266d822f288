import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { OWN_HOST } from './own-host.ts';
import { projectPath } from './run.ts';

/** What a lockfile says of a package, and a registry as well. */
interface Version {
  readonly version: string;
}

interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A registry of npm with what this project needs when it runs, made of what is installed here, and beside that one package from its file.
 * @param packed the package's name and version, its manifest, and where its file is
 */
export async function openRegistry(packed: { readonly manifest: Version & { readonly name: string }; readonly file: string }): Promise<Registry> {
  const versions = installed();
  const { manifest, file } = packed;
  versions.set(manifest.name, new Map([[manifest.version, { manifest, folder: undefined }]]));
  const server: Server = createServer((request, response) => {
    void (async () => {
      const [path, version] = decodeURIComponent(new URL(request.url!, url).pathname.slice(1)).split('/-/');
      const known = versions.get(path!);
      if (known === undefined) return response.writeHead(404).end('{}');
      if (version === undefined) return response.end(JSON.stringify(packument(path!, known)));
      const { folder } = known.get(version.replace(/\.tgz$/, ''))!;
      if (folder === undefined) return response.end(readFileSync(file));
      // As npm packs them, but for the compression, for which nobody here is paid.
      const tar = spawn('tar', ['-cf', '-', '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
      return pipeline(tar.stdout, response);
    })();
  });
  server.listen(0, OWN_HOST);
  await once(server, 'listening');
  const url = `http://${OWN_HOST}:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function packument(name: string, known: Versions): object {
    const all = [...known].map(([version, { manifest: one }]) => [version, { ...one, name, version, dist: { tarball: `${url}${name}/-/${version}.tgz` } }]);
    return { name, 'dist-tags': { latest: all.at(-1)![0] }, versions: Object.fromEntries(all) };
  }
}

type Versions = Map<string, { readonly manifest: Version; readonly folder: string | undefined }>;

/** By name, each version that is needed when the program runs; those for other systems are known, and not there. */
function installed(): Map<string, Versions> {
  const { packages } = JSON.parse(readFileSync(projectPath('package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, Version & { readonly dev?: boolean; readonly resolved?: string; readonly integrity?: string }>> };
  const all = new Map<string, Versions>();
  for (const [path, { resolved: _resolved, integrity: _integrity, dev, ...manifest }] of Object.entries(packages)) {
    if (path === '' || dev === true) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const folder = projectPath(path);
    const versions = all.get(name) ?? new Map();
    all.set(name, versions.set(manifest.version, { manifest: manifest as Version, folder: existsSync(folder) ? folder : undefined }));
  }
  return all;
}
