import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cared } from '../support/cared.ts';
import { freePorts } from '../support/founded.ts';

const built = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url));

describe('a guardian', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  /** A process of this program, once it has said its first line. */
  async function parent(program: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
    const child = cared(spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }));
    started.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: said.toString().trim() };
  }

  it('ends those in its care when its own process is killed, though they stand still, and no others', async () => {
    const { child, said } = await parent(`
      import { spawn } from 'node:child_process';
      import { Guardian } from ${built('src/runtime/guardian.js')};
      const guardian = new Guardian();
      const kept = spawn('sleep', ['1000'], { stdio: 'inherit' });
      const [gone, spared] = [0, 1].map(() => spawn('sleep', ['1000'], { stdio: 'ignore' }));
      for (const { pid } of [gone, kept, spared]) guardian.keep(pid);
      for (const { pid } of [gone, spared]) guardian.drop(pid);
      kept.kill('SIGSTOP');
      gone.kill('SIGKILL');
      console.log(spared.pid);`);
    child.kill('SIGKILL');
    // The one that stood still has the same standard output.
    await once(child, 'close');
    expect(process.kill(Number(said), 0)).to.equal(true);
    process.kill(Number(said), 'SIGKILL');
  });

  it('holds up nobody: a process that has one ends when its work is done', () => {
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', `
      import { Guardian } from ${built('src/runtime/guardian.js')};
      const guardian = new Guardian();
      guardian.keep(2 ** 22 + 1);
      guardian.drop(2 ** 22 + 1);`], { timeout: 10_000 });
    expect(status).to.equal(0);
  });

  it('has the programs of a test end with it when that is killed, and with them what those started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-guardian-'));
    try {
      const [port] = await freePorts(1);
      const config = join(folder, 'config.txt');
      writeFileSync(config, `127.0.0.1:${port}\n`);
      const starts = `
        import { start } from ${built('test/support/program.js')};
        const seed = start(['seed', '127.0.0.1', '${port}', ${JSON.stringify(config)}, '--output', '/dev/null']);
        await seed.line((line) => line.includes('Listening at'));
        console.log('it listens');`;
      const { child } = await parent(`
        import { spawn } from 'node:child_process';
        import { cared } from ${built('test/support/cared.js')};
        cared(spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(starts)}], { stdio: 'inherit' }));`);
      const socket = connect(port!, '127.0.0.1');
      socket.write('GET_PEERS\n');
      await once(socket, 'data');
      child.kill('SIGTERM');
      await once(socket, 'close');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
