import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { MAIN } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const CTRL_C = '\u0003';

/** What a shell says of a program that SIGHUP ended. */
const HUNG_UP = '129\n';

/** It is the timing of each that differs: five times in a soak, and twice in all other runs. */
const TIMES = process.env['SOAK'] === '1' ? 5 : 2;

describe('generals whose terminal is closed', () => {
  const opened: Pty[] = [];
  const readers: ChildProcess[] = [];
  let folder: string;
  let count = 0;

  before(async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    folder = await mkdtemp(join(tmpdir(), 'generals-'));
  });

  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.kill();
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
  });

  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const situations: readonly (readonly [what: string, args: readonly string[], at: (pty: Pty) => Promise<void>])[] = [
    ['on the idle prompt', ['4'], async (pty) => pty.until(/G4, .*\ngenerals>$/)],
    ['among many threads', ['16'], async (pty) => pty.until(/G16, .*\ngenerals>$/)],
    ['before the generals are mustered', ['64'], async (pty) => pty.until(/exit leaves\.\ngenerals>$/)],
    ['in the middle of a line', ['4', '--host', 'sim'], async (pty) => {
      await pty.until(/G4, .*\ngenerals>$/);
      pty.type('g-sta');
      await pty.until(/g-sta$/);
    }],
    ['when asked whether to leave', ['4', '--host', 'sim'], async (pty) => {
      await pty.until(/G4, .*\ngenerals>$/);
      pty.type(CTRL_C);
      await pty.until('Leave?');
    }],
    ['while a general hangs', ['4', '--deadline', '600000'], async (pty) => {
      await pty.until(/G4, .*\ngenerals>$/);
      pty.type('g-break 2 hang\ractual-order attack\r');
      await pty.until(/generals> actual-order attack\n*$/);
    }],
    ['while a bar is drawn', ['4', '--host', 'sim'], async (pty) => {
      await pty.until(/G4, .*\ngenerals>$/);
      pty.type('g-state 3 faulty\rg-campaign 1e7\r');
      await pty.until(/[█░]{24} \d+% /);
    }],
  ];
  for (const [what, args, at] of situations) {
    it(`ends by SIGHUP, each of ${TIMES} times, ${what}`, async () => {
      for (let time = 0; time < TIMES; time += 1) expect(await closed(args, at), `time ${time + 1}`).to.equal(HUNG_UP);
    });
  }

  /** Closes the terminal of a program. @returns the status that it ended with, as a shell says it that the hang-up does not end */
  async function closed(args: readonly string[], at: (pty: Pty) => Promise<void>): Promise<string> {
    const status = join(folder, `status-${(count += 1)}`);
    expect(spawnSync('mkfifo', [status]).status).to.equal(0);
    const shell = ['sh', '-c', 'trap "" HUP; "$@"; echo "$?" >"$0"', status, process.execPath, MAIN, ...args, '--seed', '1'];
    const pty = openPty(shell, { env: { XDG_STATE_HOME: folder }, rows: 90, cols: 130 });
    opened.push(pty);
    await at(pty);
    const reader = spawn('cat', [status]);
    readers.push(reader);
    pty.hangUp();
    return text(reader.stdout);
  }
});
