import { expect } from 'chai';
import fc from 'fast-check';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDisk, type Disk } from '../../src/runtime/disk.ts';
import { DamagedLog, LOG_FILE, inMemoryLog, openLog, repairLog, type Log } from '../../src/runtime/log.ts';
import { UserError } from '../../src/core/user-error.ts';
import { projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

describe('a log', () => {
  let folder: string;
  let path: string;
  let synced: () => void;
  const listener = { synced: () => synced(), failed: (error: Error) => expect.fail(String(error)) };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-log-'));
    path = join(folder, LOG_FILE);
    synced = () => undefined;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A log as a crash leaves it: written, and never closed. */
  async function written(records: readonly unknown[]): Promise<Buffer> {
    rmSync(path, { force: true });
    const log = openLog(folder, listener);
    for (const record of records) log.append(record);
    await log.close();
    return readFileSync(path);
  }

  async function found(bytes?: Buffer): Promise<{ records: readonly unknown[]; cut: number }> {
    if (bytes !== undefined) writeFileSync(path, bytes);
    const log = openLog(folder, listener);
    await log.close();
    return { records: log.records, cut: log.cut };
  }

  const allOnDisk = (log: Log): Promise<void> =>
    new Promise((resolve) => {
      synced = () => {
        if (log.durable === log.appended) resolve();
      };
    });

  const RECORDS = [{ type: 'vote', view: 0, order: 1, digest: 'ä€😀' }, { text: 'two\nlines' }, [], { nested: { list: [1, 2.5, null, 'x'.repeat(300)] } }, { type: 'last', digest: 'abc' }];

  it('gives back what was put into it, in order, however often it is opened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }), { maxLength: 4 }), async (sessions) => {
        rmSync(path, { force: true });
        const before: unknown[] = [];
        for (const session of sessions) {
          const log = openLog(folder, listener);
          expect(log.records).to.deep.equal(before);
          for (const record of session) log.append(record);
          await log.close();
          before.push(...session.map((record): unknown => JSON.parse(JSON.stringify(record))));
        }
        expect((await found()).records).to.deep.equal(before);
      }),
      { numRuns: 30 },
    );
  });

  it('is durable only when it says so, and many records share one sync', async () => {
    const log = openLog(folder, listener);
    let syncs = 0;
    const done = allOnDisk(log);
    const resolve = synced;
    synced = () => {
      syncs += 1;
      resolve();
    };
    for (let index = 0; index < 1000; index += 1) log.append({ index });
    expect([log.appended, log.durable, readFileSync(path).length]).to.deep.equal([1000, 0, 0]);
    await done;
    expect([log.durable, syncs]).to.deep.equal([1000, 1]);
    await log.close();
  });

  it('calls durable what a sync began with, and not what came while it was under way', async () => {
    const syncs: ((error: Error | null) => void)[] = [];
    const begun: (() => void)[] = [];
    const slow: Disk = { ...localDisk, syncSoon: (_fd, done) => (syncs.push(done), begun.shift()?.()) };
    const log = openLog(folder, listener, {}, slow);
    const next = (): Promise<void> => new Promise((resolve) => void begun.push(resolve));
    const first = next();
    log.append({ index: 1 });
    await first;
    log.append({ index: 2 });
    log.append({ index: 3 });
    expect([log.appended, log.durable]).to.deep.equal([3, 0]);
    const second = next();
    syncs.shift()!(null);
    expect(log.durable).to.equal(1);
    await second;
    syncs.shift()!(null);
    expect(log.durable).to.equal(3);
    await log.close();
  });

  it('that was cut at any byte of its last record comes back without it, and goes on from there', async () => {
    const whole = await written(RECORDS);
    const before = (await written(RECORDS.slice(0, -1))).length;
    for (let length = before; length < whole.length; length += 1) {
      expect(await found(whole.subarray(0, length)), `cut to ${length} bytes`).to.deep.equal({ records: RECORDS.slice(0, -1), cut: length - before });
      expect(readFileSync(path).length).to.equal(before);
    }
    expect(await found(whole)).to.deep.equal({ records: RECORDS, cut: 0 });
    await found(whole.subarray(0, whole.length - 3));
    const log = openLog(folder, listener);
    log.append({ after: 'the cut' });
    await log.close();
    expect((await found()).records).to.deep.equal([...RECORDS.slice(0, -1), { after: 'the cut' }]);
  });

  it('that ends in zeros, as a loss of power leaves it, comes back without them, wherever they begin in its last record', async () => {
    const whole = await written(RECORDS);
    const before = (await written(RECORDS.slice(0, -1))).length;
    for (let length = before; length < whole.length; length += 1) {
      for (const zeros of [1, 20, 5000]) {
        const bytes = Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)]);
        expect(await found(bytes), `${zeros} zeros from byte ${length} on`).to.deep.equal({ records: RECORDS.slice(0, -1), cut: bytes.length - before });
        expect(readFileSync(path).length).to.equal(before);
      }
    }
    expect(await found(Buffer.concat([whole, Buffer.alloc(4096)]))).to.deep.equal({ records: RECORDS, cut: 4096 });
    const log = openLog(folder, listener);
    log.append({ after: 'the zeros' });
    await log.close();
    expect((await found()).records).to.deep.equal([...RECORDS, { after: 'the zeros' }]);
  });

  it('with zeros in its middle is refused', async () => {
    const whole = await written(RECORDS);
    const before = (await written(RECORDS.slice(0, 2))).length;
    for (const [from, to] of [[0, before], [before, before + 10], [before - 1, whole.length - 1]] as const) {
      writeFileSync(path, Buffer.from(whole).fill(0, from, to));
      expect(() => openLog(folder, listener), `zeros from ${from} to ${to}`).to.throw(DamagedLog, 'is damaged at byte');
    }
  });

  it('with any byte of it altered is refused in one line that names the repair, unless only its unfinished end is lost', async () => {
    const whole = await written(RECORDS);
    for (let place = 0; place < whole.length; place += 1) {
      for (const flip of [0x01, 0x80, 0x20, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes[place]! ^= flip;
        writeFileSync(path, bytes);
        expect(() => openLog(folder, listener), `byte ${place} ^ ${flip}`).to.throw(DamagedLog, `generals replica --repair ${folder}`);
      }
    }
  });

  it('with a record missing, repeated or exchanged is refused', async () => {
    const lines = (await written(RECORDS)).toString().split(/(?<=\n)/);
    for (const altered of [[lines[0], ...lines.slice(2)], [lines[0], lines[0], ...lines.slice(1)], [lines[1], lines[0], ...lines.slice(2)]]) {
      writeFileSync(path, altered.join(''));
      expect(() => openLog(folder, listener)).to.throw(DamagedLog);
    }
  });

  it('of arbitrary bytes is opened or refused, never misread', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        writeFileSync(path, bytes);
        try {
          const log = openLog(folder, listener);
          await log.close();
          expect(log.records).to.deep.equal([]);
        } catch (error) {
          expect(error).to.be.instanceOf(DamagedLog);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('that was begun and is gone, empty or cut in its first record is refused in one line that names the repair, which begins another', async () => {
    const first = { v: 1, cluster: 'c', node: 0 };
    const begins = { first, hasBegun: true };
    const begun = openLog(folder, listener, { first });
    expect([begun.records, readFileSync(path).length > 0, begun.appended]).to.deep.equal([[first], true, 0]);
    await begun.close();
    const whole = readFileSync(path);
    for (const [left, how] of [[undefined, 'is gone'], [0, 'is empty'], [whole.length - 5, 'is shorter than its first record']] as const) {
      rmSync(path);
      if (left !== undefined) writeFileSync(path, whole.subarray(0, left));
      expect(() => openLog(folder, listener, begins), how).to.throw(DamagedLog, `${path} ${how}, though a log was begun there: generals replica --repair ${folder} begins another`);
      expect(existsSync(path) ? readFileSync(path).length : undefined, 'nothing is changed').to.equal(left);
      const repair = repairLog(folder, first);
      expect([repair?.kept, repair?.cut, repair?.copy === undefined]).to.deep.equal([0, left ?? 0, left === undefined]);
      const again = openLog(folder, listener, begins);
      expect(again.records).to.deep.equal([first]);
      await again.close();
    }
    expect(repairLog(folder, first)).to.equal(undefined);
    writeFileSync(path, Buffer.from(whole).fill('x', 5, 7));
    expect(() => openLog(folder, listener, begins)).to.throw(DamagedLog, 'is damaged at byte 0, after 0 records');
    expect(repairLog(folder, first)?.kept).to.equal(0);
    expect((await found()).records).to.deep.equal([first]);
  });

  it('that is a folder, a device, a pipe or a link is refused in one line, and waits for nobody', async function () {
    const makers: readonly (readonly [string, () => void])[] = [
      ['it is a folder', () => mkdirSync(path)],
      ['it is a pipe', () => execFileSync('mkfifo', [path])],
      ['it is a symbolic link', () => symlinkSync(join(folder, 'elsewhere'), path)],
      ['it is a symbolic link', () => symlinkSync('/dev/null', path)],
    ];
    for (const [reason, make] of makers) {
      make();
      expect(() => openLog(folder, listener), reason).to.throw(UserError, `"${path}" cannot be used: ${reason}`);
      expect(() => repairLog(folder), reason).to.throw(UserError, `"${path}" cannot be used: ${reason}`);
      expect(existsSync(join(folder, 'elsewhere'))).to.equal(false);
      rmSync(path, { recursive: true });
    }
    const made = spawnSync('mknod', [path, 'c', '1', '3'], { encoding: 'utf8' });
    if (made.status !== 0) skip(this, `no device can be made: ${made.stderr.trim()}`);
    expect(() => openLog(folder, listener)).to.throw(UserError, `"${path}" cannot be used: it is a device`);
    rmSync(path);
    await found();
  });

  it('can be repaired: what precedes the damage is kept, and the damaged file too', async () => {
    const whole = await written(RECORDS);
    const start = (await written(RECORDS.slice(0, 2))).length;
    const damaged = Buffer.from(whole);
    damaged[start + 3]! ^= 0x10;
    writeFileSync(path, damaged);
    expect(repairLog(folder)).to.deep.equal({ kept: 2, cut: whole.length - start, copy: `${path}.damaged` });
    expect(readFileSync(`${path}.damaged`).equals(damaged)).to.equal(true);
    expect((await found()).records).to.deep.equal(RECORDS.slice(0, 2));
    expect(repairLog(folder)).to.equal(undefined);
    appendFileSync(path, 'rubbish\n');
    expect(repairLog(folder)?.copy).to.equal(`${path}.damaged-2`);
    expect(readdirSync(folder)).to.deep.equal(['lock', LOG_FILE, `${LOG_FILE}.damaged`, `${LOG_FILE}.damaged-2`]);
  });

  it('keeps all that it called durable when its process is killed', async () => {
    const program = `
      const { openLog } = await import(${JSON.stringify(new URL('../../src/runtime/log.js', import.meta.url).href)});
      let next = 0;
      const log = openLog(${JSON.stringify(folder)}, { failed: () => process.exit(1), synced() {
        process.stdout.write(log.durable + '\\n');
        if (log.durable >= 3000) process.kill(process.pid, 'SIGKILL');
        more();
      } });
      function more() { for (let count = 0; count < 100; count += 1) log.append({ next: next++ }); }
      more();`;
    const out = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', program], { cwd: projectPath('.') }, (_error, stdout) => resolve(stdout));
    });
    const promised = Number(out.trim().split('\n').at(-1));
    expect(promised).to.be.at.least(100);
    const { records } = await found();
    expect(records.length).to.be.at.least(promised);
    expect(records.every((record, index) => (record as { next: number }).next === index)).to.equal(true);
  });

  it('is written anew with what is needed alone, when it grows too long, and goes on from there', async () => {
    const keep = (records: readonly unknown[]): readonly unknown[] => records.slice(-3);
    const log = openLog(folder, listener, { compaction: { keep, from: 5000 } });
    const sizes: number[] = [];
    for (let index = 0; index < 500; index += 1) {
      const done = allOnDisk(log);
      log.append({ index, text: 'x'.repeat(50) });
      await done;
      sizes.push(readFileSync(path).length);
    }
    await log.close();
    expect(Math.max(...sizes)).to.be.below(5200);
    const { records } = await found();
    expect(records.length).to.be.below(100);
    const numbers = records.map((record) => (record as { index: number }).index);
    expect(numbers).to.deep.equal(Array.from({ length: records.length }, (_, place) => 500 - records.length + place));
  });

  it('that waits while it is written anew loses nothing', async () => {
    const log = openLog(folder, { synced: () => (log.appended < 1000 ? more() : synced()), failed: listener.failed }, { compaction: { keep: (records) => records.slice(-1), from: 300 } });
    const more = (): void => {
      for (let count = 0; count < 10; count += 1) log.append({ index: log.appended });
    };
    const done = allOnDisk(log);
    more();
    await done;
    await log.close();
    const { records } = await found();
    expect((records.at(-1) as { index: number }).index).to.equal(999);
    expect(readdirSync(folder)).to.deep.equal(['lock', LOG_FILE]);
  });

  it('says so when the disk fails, and calls nothing durable after that', async () => {
    const failures: string[] = [];
    const log = openLog(folder, { synced: () => undefined, failed: (error) => failures.push((error as NodeJS.ErrnoException).code ?? '') });
    // A full disk cannot be had without root; a closed file fails as well.
    await log.close();
    log.append({ too: 'late' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).to.deep.equal(['EBADF']);
    expect(log.durable).to.equal(0);
  });

  it('that forgets is durable at once', () => {
    const log = inMemoryLog();
    log.append({});
    expect([log.appended, log.durable, log.records]).to.deep.equal([1, 1, []]);
  });
});
