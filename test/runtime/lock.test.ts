import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../src/core/user-error.ts';
import { lock } from '../../src/runtime/lock.ts';
import { repairLog } from '../../src/runtime/log.ts';
import { cared } from '../support/cared.ts';
import { skip } from '../support/skip.ts';
import { soaked } from '../support/trials.ts';

const LOCK = JSON.stringify(new URL('../../src/runtime/lock.js', import.meta.url).href);

/** How often two processes race. */
const ROUNDS = soaked(10_000, 40);

describe('a folder that is taken', () => {
  let folder: string;
  const children = new Set<ChildProcess>();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-lock-'));
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    rmSync(folder, { recursive: true });
  });

  /** A process that takes the folder, and keeps it. */
  async function owner(): Promise<ChildProcess> {
    const program = `const { lock } = await import(${LOCK}); lock(${JSON.stringify(folder)}); console.log('mine'); setInterval(() => undefined, 1000);`;
    const child = cared(spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }));
    children.add(child);
    await once(child.stdout, 'data');
    return child;
  }

  it('is refused to any other process, with its name and a hint at who has it', async () => {
    const child = await owner();
    for (const take of [() => lock(folder), () => repairLog(folder, {})]) expect(take).to.throw(UserError, `"${folder}" is in use: its lock names "process ${child.pid} on `);
    expect(readdirSync(folder)).to.deep.equal(['lock']);
  });

  it('is refused to this very process, until it is given back', () => {
    const release = lock(folder);
    expect(() => lock(folder)).to.throw(UserError, `"${folder}" is in use`);
    release();
    lock(folder)();
  });

  it('is refused to another thread, and free when the thread that has it is ended', async () => {
    const worker = new Worker(`import(${LOCK}).then(({ lock }) => { lock(${JSON.stringify(folder)}); require('node:worker_threads').parentPort.on('message', () => undefined).postMessage('mine'); })`, { eval: true });
    await once(worker, 'message');
    expect(() => lock(folder)).to.throw(UserError, `"${folder}" is in use`);
    await worker.terminate();
    lock(folder)();
  });

  it('is free at once when its owner is killed, whatever its lock says', async () => {
    for (let round = 0; round < 5; round += 1) {
      const child = await owner();
      child.kill('SIGKILL');
      await once(child, 'exit');
      lock(folder)();
    }
    // The number of a process that lives proves nothing.
    writeFileSync(join(folder, 'lock'), `process ${process.ppid}\n`);
    lock(folder)();
  });

  it('is free when its owner is dead, though nobody has buried it', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux tells of the unburied dead in /proc');
    // A shell that became a process which never waits for its children.
    const program = `const { lock } = await import(${LOCK}); lock(${JSON.stringify(folder)}); console.log(process.pid); setInterval(() => undefined, 1000);`;
    const parent = spawn('/bin/sh', ['-c', '"$0" --input-type=module -e "$1" & exec sleep 60', process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(parent);
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    expect(() => lock(folder)).to.throw(UserError, 'is in use');
    process.kill(pid, 'SIGKILL');
    const state = (): string | undefined => /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    // What its threads had open is theirs until the last of them is gone, and the first is shown dead before.
    while (state() !== 'Z' || readdirSync(`/proc/${pid}/task`).length > 1) await new Promise((resolve) => setImmediate(resolve));
    lock(folder)();
    expect(state(), 'it is still there').to.equal('Z');
  });

  it('never has two owners, however many times two processes race for what a dead one left', async () => {
    const program = `
      import { createInterface } from 'node:readline';
      const { lock } = await import(${LOCK});
      let release;
      for await (const line of createInterface({ input: process.stdin })) {
        if (line === 'free') { release?.(); release = undefined; console.log('free'); continue; }
        try { release = lock(line); console.log('mine'); } catch (error) { if (error.name !== 'UserError') throw error; console.log('theirs'); }
      }`;
    const racers = [0, 1].map(() => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.add(child);
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return async (line: string): Promise<unknown> => {
        child.stdin.write(`${line}\n`);
        return (await answers.next()).value;
      };
    });
    const dead = spawnSync('true').pid;
    const counts = { one: 0, both: 0, none: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const place = join(folder, String(round));
      mkdirSync(place);
      writeFileSync(join(place, 'lock'), `${dead}\n`);
      const owners = (await Promise.all(racers.map((race) => race(place)))).filter((answer) => answer === 'mine').length;
      counts[(['none', 'one', 'both'] as const)[owners]!] += 1;
      await Promise.all(racers.map((race) => race('free')));
    }
    expect(counts).to.deep.equal({ one: ROUNDS, both: 0, none: 0 });
  });

  it('is refused in another container, whose processes have the same numbers', async function () {
    const words = ['--fork', '--pid', '--mount-proc'];
    const probe = spawnSync('unshare', [...words, 'true'], { encoding: 'utf8' });
    if (probe.status !== 0) skip(this, `no namespace can be made: ${probe.error?.message ?? probe.stderr.trim()}`);
    const inside = (program: string): ChildProcess => {
      const child = cared(spawn('unshare', [...words, '--kill-child', process.execPath, '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }));
      children.add(child);
      return child;
    };
    const first = inside(`const { lock } = await import(${LOCK}); lock(${JSON.stringify(folder)}); console.log(process.pid); setInterval(() => undefined, 1000);`);
    expect(String((await once(first.stdout!, 'data'))[0])).to.equal('1\n');
    const second = inside(`const { lock } = await import(${LOCK}); try { lock(${JSON.stringify(folder)}); console.log('mine'); } catch (error) { console.log(process.pid, error.message); }`);
    expect(String((await once(second.stdout!, 'data'))[0])).to.match(/^1 "[^"]*" is in use: its lock names "process 1 on /);
  });
});
