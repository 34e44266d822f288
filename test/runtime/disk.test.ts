import { expect } from 'chai';
import fc from 'fast-check';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as disks from '../../src/runtime/disk.ts';
import * as logs from '../../src/runtime/log.ts';
import * as folders from '../../src/replicas/http/folder.ts';
import * as markers from '../../src/replicas/http/marker.ts';
import type { ClusterConfig } from '../../src/replicas/http/cluster-config.ts';
import { Fallen, ForgetfulDisk } from '../support/forgetful-disk.ts';
import { withRewritten, type Rewriting } from '../support/rewritten.ts';
import { projectPath } from '../support/run.ts';

/** What keeps promises on a disk. */
type Keepers = Pick<typeof disks, 'writeWhole'> & Pick<typeof logs, 'openLog' | 'repairLog'> & Pick<typeof markers, 'readMarker' | 'writeMarker'> & Pick<typeof folders, 'writeCluster'>;

const OURS: Keepers = { ...disks, ...logs, ...markers, ...folders };

/** How a life ends: after so many changes of the disk, or when there is no more to do. */
interface Fall {
  readonly after: number;
  readonly how: 'kill' | 'power';
  readonly seed: number;
}

const FALL: fc.Arbitrary<Fall> = fc.record({ after: fc.nat(25), how: fc.constantFrom('kill', 'power'), seed: fc.nat() });

/** Does what may be cut short by a fall, and starts the disk again. @returns whether it was not */
async function lived(disk: ForgetfulDisk, { after, how, seed }: Fall, life: () => Promise<void> | void): Promise<boolean> {
  disk.fallAfter(after, seed);
  try {
    await life();
  } catch (error) {
    if (!(error instanceof Fallen)) throw error;
  }
  const hasEnded = !disk.hasFallen;
  disk.restart(how, seed);
  return hasEnded;
}

const NEVER: Fall = { after: Infinity, how: 'kill', seed: 0 };

const FOLDER = '/data/replica-0';
const OWNER = { cluster: 'c', node: 0 };
const FIRST = markers.firstOf(OWNER);

/** In each life a log is opened as a replica does it, and records are put behind its end, some of them at once. */
function logKeeps({ openLog, readMarker, writeMarker }: Keepers): fc.IAsyncProperty<unknown> {
  const life = fc.record({ batches: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), isClosed: fc.boolean(), fall: FALL });
  const keep = ([first, ...records]: readonly unknown[]): readonly unknown[] => [first, ...records.slice(-3)];

  return fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
    const disk = new ForgetfulDisk();
    let promised = 0;
    const open = (listener: logs.LogListener): logs.Log => {
      const hasBegun = readMarker(FOLDER, disk) !== undefined;
      if (promised > 0) expect(hasBegun, 'the marker is there').to.equal(true);
      const log = openLog(FOLDER, listener, { first: FIRST, hasBegun, compaction: { keep, from: 300 } }, disk);
      const [first, ...numbers] = log.records;
      expect(first).to.deep.equal(FIRST);
      const last = Number(numbers.at(-1) ?? 0);
      expect(last, 'what was promised is there').to.be.at.least(promised);
      expect(numbers, 'and nothing else').to.deep.equal(Array.from({ length: numbers.length }, (_, index) => last - numbers.length + 1 + index));
      expect(numbers.length, 'but for what is not needed').to.be.at.least(Math.min(3, last));
      if (!hasBegun) writeMarker(FOLDER, { v: 1, ...OWNER }, disk);
      // It was found, so that it is relied on.
      promised = last;
      return log;
    };
    for (const { batches, isClosed, fall } of [...lives, { batches: [1], isClosed: true, fall: NEVER }]) {
      await lived(disk, fall, async () => {
        let settled: () => void = () => undefined;
        let failure: Error | undefined;
        const failed = (error: Error): void => {
          failure = error;
          settled();
        };
        const log = open({ synced: () => settled(), failed });
        const before = promised;
        for (const size of batches) {
          if (failure !== undefined) throw failure;
          const done = new Promise<void>((resolve) => (settled = resolve));
          for (let count = 0; count < size; count += 1) log.append(before + log.appended + 1);
          await done;
          promised = before + log.durable;
        }
        if (isClosed) await log.close();
      });
    }
  });
}

/** Secrets and the cluster's file: in each life they are written, of a new cluster unless there is one. */
function clusterKeeps({ writeCluster }: Keepers): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(fc.array(FALL, { minLength: 1, maxLength: 4 }), async (falls) => {
    const disk = new ForgetfulDisk();
    const file = '/data/cluster.json';
    let promised: string | undefined;
    for (const [life, fall] of [...falls, NEVER].entries()) {
      const found = disk.has(file) ? (JSON.parse(disk.load(file).toString()) as ClusterConfig).cluster : undefined;
      if (promised !== undefined) expect(found, 'the cluster is there').to.equal(promised);
      const cluster = found ?? `c${life}`;
      const secrets = [0, 1].map((id) => `secret ${id} of ${cluster}`);
      if (found !== undefined) for (const [id, secret] of secrets.entries()) expect(disk.load(`/data/replica-${id}/secret`).toString(), 'with all its secrets').to.equal(`${secret}\n`);
      const plan: ClusterConfig = { v: 1, cluster, protocol: 'pbft', settings: {}, members: [] };
      if (await lived(disk, fall, () => writeCluster('/data', plan, secrets, disk))) promised = cluster;
    }
  });
}

/** A file that is written again and again: what was written last, or was being written, is there and whole. */
function fileKeeps({ writeWhole }: Keepers): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(fc.array(FALL, { minLength: 1, maxLength: 4 }), async (falls) => {
    const disk = new ForgetfulDisk();
    let possible: readonly (string | undefined)[] = [undefined];
    for (const [life, fall] of [...falls, NEVER].entries()) {
      const text = `results ${life} `.repeat(5);
      if (await lived(disk, fall, () => writeWhole('/results.json', text, 0o600, disk))) possible = [text];
      else possible = [...possible, text];
      expect(possible).to.include(disk.has('/results.json') ? disk.load('/results.json').toString() : undefined);
    }
  });
}

/** A damaged log that is repaired, by one repair after another until one comes to its end. */
function repairKeeps({ openLog, repairLog }: Keepers): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(fc.array(FALL, { minLength: 1, maxLength: 4 }), fc.nat(), fc.boolean(), async (falls, place, isLost) => {
    const disk = new ForgetfulDisk();
    const path = `${FOLDER}/log`;
    const open = (): Promise<logs.Log> => {
      const log = openLog(FOLDER, { synced: () => undefined, failed: (error) => expect.fail(String(error)) }, { first: FIRST }, disk);
      for (let number = log.records.length; number <= 6; number += 1) log.append(number);
      return log.close().then(() => log);
    };
    await open();
    if (isLost) {
      disk.remove(path);
      disk.syncFolder(FOLDER);
    } else disk.damage(path, place % disk.load(path).length);
    const damaged = isLost ? undefined : disk.load(path).toString();
    const before = damaged === undefined ? 0 : damaged.slice(0, place % damaged.length).split('\n').length - 1;
    const records = [FIRST, 1, 2, 3, 4, 5, 6].slice(0, Math.max(1, before));
    let isPromised = false;
    for (const fall of [...falls, NEVER]) {
      const hasEnded = await lived(disk, fall, () => {
        const repair = repairLog(FOLDER, FIRST, disk);
        if (isPromised) expect(repair, 'it is done').to.equal(undefined);
        // Nothing is wrong any more: then the copy is durable.
        if (repair === undefined && !isLost) expect(disk.has(`${path}.damaged`), 'it is known').to.equal(true);
      });
      isPromised ||= hasEnded;
      if (isPromised && damaged !== undefined) expect(disk.load(`${path}.damaged`).toString().length, 'the copy is there').to.be.at.most(damaged.length);
    }
    if (damaged !== undefined) {
      const copies = [`${path}.damaged`, ...[2, 3, 4, 5, 6].map((number) => `${path}.damaged-${number}`)].filter((copy) => disk.has(copy));
      expect(copies.map((copy) => disk.load(copy).toString()), 'what was damaged is kept').to.include(damaged);
    }
    expect((await open()).records).to.deep.equal(records);
  });
}

const PROPERTIES: Readonly<Record<string, (keepers: Keepers) => fc.IAsyncProperty<unknown>>> = { log: logKeeps, cluster: clusterKeeps, file: fileKeeps, repair: repairKeeps };

/** One call left out, each, and what gives it away. */
const MUTANTS: Readonly<Record<string, Rewriting & { readonly property: keyof typeof PROPERTIES }>> = {
  'the sync of what is found on opening': { property: 'log', file: 'runtime/log', words: 'disk.sync(fd);\n        disk.syncFolder(folder);', by: 'disk.syncFolder(folder);' },
  'the sync of the name of a log': { property: 'log', file: 'runtime/log', words: 'disk.syncFolder(folder);\n', by: '\n' },
  'the sync of records': { property: 'log', file: 'runtime/log', words: 'this.#disk.syncSoon(this.#file.fd, ', by: '(function (done) { setImmediate(done, null); })(' },
  'the sync of a log that is written anew': { property: 'log', file: 'runtime/log', words: 'disk.sync(fd);\n            disk.rename(', by: 'disk.rename(' },
  'the sync of the name of a log that is written anew': { property: 'log', file: 'runtime/log', words: 'disk.rename(newOf(path), path);\n            disk.syncFolder(dirname(path));', by: 'disk.rename(newOf(path), path);' },
  'the sync of the copy of a damaged log': { property: 'repair', file: 'runtime/log', words: 'disk.write(fd, bytes);\n        disk.sync(fd);', by: 'disk.write(fd, bytes);' },
  'the sync of its name': { property: 'repair', file: 'runtime/log', words: 'disk.syncFolder(dirname(path));\n    return copy;', by: 'return copy;' },
  'the sync of a log that is cut off': { property: 'repair', file: 'runtime/log', words: 'disk.sync(fd);\n        disk.syncFolder(dirname(path));', by: 'disk.syncFolder(dirname(path));' },
  'the sync of the name of a log that is begun anew': { property: 'repair', file: 'runtime/log', words: 'disk.sync(fd);\n        disk.syncFolder(dirname(path));', by: 'disk.sync(fd);' },
  'the sync of a new folder': { property: 'log', file: 'runtime/disk', words: 'disk.syncFolder(dirname(path));\n    }\n    catch', by: '}\n    catch' },
  'the same, of the folders of a cluster': { property: 'cluster', file: 'runtime/disk', words: 'disk.syncFolder(dirname(path));\n    }\n    catch', by: '}\n    catch' },
  'the sync of a file that is written whole': { property: 'file', file: 'runtime/disk', words: 'disk.sync(fd);\n        }', by: '}' },
  'the same, of the secrets of a cluster': { property: 'cluster', file: 'runtime/disk', words: 'disk.sync(fd);\n        }', by: '}' },
  'the same, of the marker of a log': { property: 'log', file: 'runtime/disk', words: 'disk.sync(fd);\n        }', by: '}' },
  'the sync of its name when it is whole': { property: 'file', file: 'runtime/disk', words: '    disk.syncFolder(dirname(path));\n}', by: '}' },
  'the same, of the cluster’s file': { property: 'cluster', file: 'runtime/disk', words: '    disk.syncFolder(dirname(path));\n}', by: '}' },
  'the same, of the marker': { property: 'log', file: 'runtime/disk', words: '    disk.syncFolder(dirname(path));\n}', by: '}' },
};

describe('a disk that forgets what is not synced', () => {
  const runs = process.env['SOAK'] === undefined ? 400 : 20_000;

  for (const [name, what] of Object.entries({
    log: 'keeps all that a log called durable, and the log is never found damaged',
    cluster: 'has the file of a cluster with all its secrets, or none',
    file: 'has a file as it was written last, whole',
    repair: 'has what a repair kept, and what was damaged beside it',
  })) {
    it(`${what}, whenever the process is killed or the power goes`, () => fc.assert(PROPERTIES[name]!(OURS), { numRuns: runs }));
  }

  for (const [name, { property, ...rewriting }] of Object.entries(MUTANTS)) {
    it(`shows when this is left out: ${name}`, async () => {
      await withRewritten(rewriting, async (source) => {
        const load = (file: string): Promise<object> => import(pathToFileURL(join(source, `${file}.js`)).href) as Promise<object>;
        const keepers = Object.assign({}, ...(await Promise.all(['runtime/disk', 'runtime/log', 'replicas/http/marker', 'replicas/http/folder'].map(load)))) as Keepers;
        const { failed } = await fc.check(PROPERTIES[property]!(keepers), { numRuns: 5000, endOnFailure: true, seed: 1 });
        expect(failed).to.equal(true);
      });
    });
  }

  it('is asked for nowhere but where leaving it out shows', () => {
    const calls = ['runtime/disk', 'runtime/log', 'replicas/http/marker', 'replicas/http/folder', 'campaign/store'].flatMap((file) => {
      const text = fs.readFileSync(projectPath(`dist/src/${file}.js`), 'utf8');
      return [...text.matchAll(/\bdisk\.sync(Folder|Soon)?\(/g)].map(({ index }) => `${file} ${index}`);
    });
    const shown = Object.values(MUTANTS).map(({ file, words, by }) => `${file} ${words} ${by}`);
    expect(calls).to.have.length(new Set(shown).size);
  });

  it('is told by this machine’s disk, each time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-disk-'));
    const real = { fsyncSync: fs.fsyncSync, fdatasync: fs.fdatasync };
    const synced: string[] = [];
    const at = (fd: number): void => void synced.push(fs.readlinkSync(`/proc/self/fd/${fd}`));
    try {
      Object.assign(fs, { fsyncSync: at, fdatasync: (fd: number, done: (error: null) => void) => (at(fd), done(null)) });
      syncBuiltinESMExports();
      const { localDisk } = disks;
      const fd = localDisk.open(join(folder, 'file'), 'new');
      localDisk.sync(fd);
      await new Promise((resolve) => localDisk.syncSoon(fd, resolve));
      localDisk.close(fd);
      localDisk.syncFolder(folder);
      expect(synced).to.deep.equal([join(folder, 'file'), join(folder, 'file'), folder]);
    } finally {
      Object.assign(fs, real);
      syncBuiltinESMExports();
      rmSync(folder, { recursive: true });
    }
  });
});
