import { expect } from 'chai';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPty, ptyUnavailable, type Pty, type PtyOptions } from '../support/pty.ts';
import { skip } from '../support/skip.ts';

const DRIVER = fileURLToPath(new URL('../support/terminal-driver.js', import.meta.url));

const CTRL_A = '\u0001';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_E = '\u0005';
const CTRL_L = '\u000c';
const CTRL_U = '\u0015';
const CTRL_Z = '\u001a';
const UP = '\u001b[A';
const DOWN = '\u001b[B';
const LEFT = '\u001b[D';

/** What Tab finds. */
const WORDS = Array.from({ length: 300 }, (_, index) => `G${index + 1}`);

interface Driver {
  readonly pty: Pty;
  readonly control: Socket;
}

describe('the terminal', function () {
  const opened: Pty[] = [];
  let folder: string;

  before(async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    folder = await mkdtemp(join(tmpdir(), 'terminal-'));
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
  });

  after(async () => {
    await shared?.pty.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** The driver at a terminal, with its first prompt drawn. */
  async function start({ env, ...size }: PtyOptions = {}): Promise<Pty> {
    const pty = openPty([process.execPath, DRIVER], { env: { DRIVER_HISTORY: undefined, ...env }, ...size });
    opened.push(pty);
    await prompt(pty);
    return pty;
  }

  /** A driver that tests share, with all but its history as if it had just begun, and what gives it orders. */
  let shared: Driver | undefined;
  async function again(): Promise<Pty> {
    if (shared === undefined || !isAtPrompt(shared.pty)) {
      await shared?.pty.close();
      shared = await driven({ DRIVER_WORDS: WORDS.map((word) => word.toLowerCase()).join(' ') });
      opened.splice(opened.indexOf(shared.pty), 1);
    }
    // Below what is there, so that what is seen is seen after it.
    shared.pty.type(`${CTRL_E}${CTRL_U}again\r`);
    await shared.pty.until(/\nAGAIN\ndriver>$/);
    shared.pty.type(CTRL_L);
    await shared.pty.until((rows) => rows.join('\n') === 'driver>', 'an empty screen');
    return shared.pty;
  }

  let number = 0;
  /** A driver that takes orders. */
  async function driven(env: NodeJS.ProcessEnv = {}, size: PtyOptions = {}): Promise<Driver> {
    const path = join(folder, `control-${(number += 1)}`);
    const server = createServer().listen(path);
    const connected = once(server, 'connection');
    await once(server, 'listening');
    const pty = await start({ env: { DRIVER_CONTROL: path, ...env }, ...size });
    const [control] = (await connected) as [Socket];
    server.close();
    return { pty, control };
  }

  describe('editing', () => {
    it('runs a line, and asks for the next', async () => {
      const pty = await again();
      pty.type('attack at dawn\r');
      await pty.until(['driver> attack at dawn', 'ATTACK AT DAWN', 'driver>'].join('\n'));
      await cursorAt(pty, 8, 2);
    });

    it('edits in the middle of a line', async () => {
      const pty = await again();
      pty.type(`ac${LEFT}b`);
      await pty.until('driver> abc');
      await cursorAt(pty, 10, 0);
      pty.type(`${CTRL_A}x${CTRL_D}\u001b[Fz\u007fd\r`);
      await pty.until('XBCD');
    });

    it('runs nothing for a blank line', async () => {
      const pty = await again();
      pty.type('\r  \rend\r');
      await pty.until(['driver>', 'driver>', 'driver> end', 'END', 'driver>'].join('\n'));
    });

    it('clears the screen by Ctrl-L, and keeps the line', async () => {
      const pty = await again();
      pty.type('one\r');
      await prompt(pty);
      pty.type(`half${LEFT}${CTRL_L}`);
      await pty.until((rows) => rows.length === 1 && rows[0] === 'driver> half');
      pty.type('L');
      await pty.until('driver> halLf');
    });

    it('wraps a line that is longer than the screen is wide, and edits it there', async () => {
      const pty = await start({ cols: 20 });
      pty.type('abcdefghijklmnopqrstuvwxyz');
      await pty.until(['driver> abcdefghijkl', 'mnopqrstuvwxyz'].join('\n'));
      await cursorAt(pty, 14, 1);
      pty.type(`${CTRL_A}0`);
      await pty.until(['driver> 0abcdefghijk', 'lmnopqrstuvwxyz'].join('\n'));
      await cursorAt(pty, 9, 0);
      pty.type('\r');
      await pty.until(['lmnopqrstuvwxyz', '0ABCDEFGHIJKLMNOPQRS', 'TUVWXYZ', 'driver>'].join('\n'));
    });

    it('drops bytes that are no characters', async () => {
      const pty = await again();
      const garbage = Buffer.from([0, 1, 2, 5, 6, 7, 0x0e, 0x0f, 0x1c, 0x1d, 0x1b, 0x5b, 0x3f, 0x39, 0x39, 0x7a, 0xff, 0xfe, 0xc3, 0x28]).toString('latin1');
      pty.type(`${garbage}\u001b[1;9~\u001bOz\u001b[[[\u009b31m\u0085\u2028`);
      pty.type(`${CTRL_U}sound\r`);
      await pty.until('SOUND');
      await prompt(pty);
    });

    it('takes a line of 20,000 characters', async () => {
      const pty = await again();
      for (let piece = 1; piece <= 20; piece += 1) {
        pty.type(`${'y'.repeat(995)}<${String(piece).padStart(3, '0')}>`);
        // A real terminal would not send more than is read either.
        if (piece % 10 === 0) await pty.until(`<${String(piece).padStart(3, '0')}>`);
      }
      pty.type('\r');
      await pty.until('20000 YYYYY<020>');
      pty.type('next\r');
      await pty.until('NEXT');
    });

    it('redraws the line when the window changes', async () => {
      const pty = await start({ cols: 40 });
      pty.type('one\r');
      await prompt(pty);
      pty.type(`abcdefghijklmnopqrstuvwxyz${LEFT}`);
      await pty.until('driver> abcdefghijklmnopqrstuvwxyz');
      await cursorAt(pty, 33, 2);
      await pty.resize(20, 24);
      await pty.until(['driver> one', 'ONE', 'driver> abcdefghijkl', 'mnopqrstuvwxyz'].join('\n'));
      await cursorAt(pty, 13, 3);
      await pty.resize(60, 24);
      await pty.until(['driver> one', 'ONE', 'driver> abcdefghijklmnopqrstuvwxyz'].join('\n'));
      pty.type('!');
      await pty.until('driver> abcdefghijklmnopqrstuvwxy!z');
    });
  });

  describe('history', () => {
    it('goes up and down, through the lines that begin as typed', async () => {
      const pty = await start();
      for (const line of ['attack', 'retreat', 'await']) {
        pty.type(`${line}\r`);
        await pty.until(line.toUpperCase());
        await prompt(pty);
      }
      pty.type(UP);
      await line(pty, 'await');
      pty.type(UP);
      await line(pty, 'retreat');
      pty.type(DOWN + DOWN);
      await line(pty, '');
      pty.type(`at${UP}`);
      await line(pty, 'attack');
      pty.type(UP);
      pty.type(`${DOWN}?`);
      await line(pty, 'at?');
    });

    it('is kept from one run to the next, for its owner alone', async () => {
      const env = { DRIVER_HISTORY: join(folder, 'deep', 'down', 'history') };
      const first = await start({ env });
      first.type('attack\r');
      await prompt(first, 2);
      first.type(CTRL_D);
      expect(await first.exit).to.equal(0);
      expect(await readFile(env.DRIVER_HISTORY, 'utf8')).to.equal('attack\n');
      expect((await stat(env.DRIVER_HISTORY)).mode & 0o777).to.equal(0o600);

      const second = await start({ env });
      second.type(UP);
      await line(second, 'attack');
    });
  });

  describe('Tab', () => {
    it('completes a single candidate, with a space behind it', async () => {
      const pty = await again();
      pty.type('ec\thello\r');
      await pty.until('ECHO HELLO');
    });

    it('completes what several have in common, and shows them below', async () => {
      const pty = await again();
      pty.type('g\t');
      await pty.until(['driver> g-st', 'g-state  g-stop  g-story'].join('\n'));
      expect(pty.isDim('g-state  ')).to.equal(true);
      await cursorAt(pty, 12, 0);
      pty.type('a');
      await pty.until((rows) => rows.length === 1 && rows[0] === 'driver> g-sta');
      pty.type('\t\r');
      await pty.until('G-STATE');
    });

    it('does nothing without a candidate, nor twice about the space', async () => {
      const pty = await again();
      pty.type('zz\t!\r');
      await pty.until('ZZ!');
      await prompt(pty);
      pty.type(`ec me${LEFT.repeat(3)}\tto \r`);
      await pty.until('ECHO TO ME');
    });

    it('completes a word behind the cursor\'s place, and shows of very many only some', async () => {
      const pty = await again();
      pty.type('echo G\t');
      await pty.until(/driver> echo g\ng1 {2}g2 {2}[^]*… and \d+ more/);
      pty.type('300\t!\r');
      await pty.until('ECHO G300 !');
    });
  });

  describe('Ctrl-C', () => {
    it('drops a line', async () => {
      const pty = await again();
      pty.type(`half${CTRL_C}`);
      await pty.until(['driver> half^C', 'driver>'].join('\n'));
      pty.type('whole\r');
      await pty.until(['driver> whole', 'WHOLE', 'driver>'].join('\n'));
    });

    it('on an empty line asks whether to leave; no goes on', async () => {
      const pty = await again();
      pty.type(CTRL_C);
      await pty.until('Leave?');
      pty.type('n\rstill here\r');
      await pty.until('STILL HERE');
    });

    it('on an empty line asks whether to leave; yes leaves with 130', async () => {
      const pty = await start();
      pty.type(CTRL_C);
      await pty.until('Leave?');
      pty.type('y\r');
      expect(await pty.exit).to.equal(130);
    });

    it('twice on an empty line leaves with 130', async () => {
      const pty = await start();
      pty.type(CTRL_C);
      await pty.until('Leave?');
      pty.type(CTRL_C);
      expect(await pty.exit).to.equal(130);
    });

    it('twice at once leaves too', async () => {
      const pty = await start();
      pty.type(CTRL_C + CTRL_C);
      expect(await pty.exit).to.equal(130);
    });

    it('aborts a running command', async () => {
      const pty = await again();
      pty.type('slow\r');
      await pty.until('slow begins');
      pty.type(`typed ahead${CTRL_C}`);
      await pty.until(['slow begins', '^C', 'slow was aborted', 'driver>'].join('\n'));
      pty.type('next\r');
      await pty.until(['driver> next', 'NEXT', 'driver>'].join('\n'));
    });

    it('aborts a command though both came in one burst', async () => {
      const pty = await again();
      pty.type(`slow\r${CTRL_C}next\r`);
      await pty.until(['slow was aborted', 'driver> next', 'NEXT', 'driver>'].join('\n'));
    });

    it('twice leaves a running command behind, with 130', async () => {
      const pty = await start();
      pty.type('stubborn\r');
      await pty.until('stubborn begins');
      pty.type(CTRL_C);
      await pty.until('stubborn goes on');
      pty.type(CTRL_C);
      expect(await pty.exit).to.equal(130);
    });
  });

  describe('leaving', () => {
    it('by Ctrl-D on an empty line, with 0; not by one in a line', async () => {
      const pty = await start();
      pty.type(`ab${CTRL_A}${CTRL_D}`);
      await pty.until('driver> b');
      pty.type(`\u007f${CTRL_D}${CTRL_D}`);
      expect(await pty.exit).to.equal(0);
    });

    it('by a command that says so, with 0', async () => {
      const pty = await start();
      pty.type('exit\r');
      expect(await pty.exit).to.equal(0);
    });

    it('leaves the terminal as it was', async () => {
      const settings = `before=$(stty -g); '${process.execPath}' '${DRIVER}'; [ "$before" = "$(stty -g)" ] && echo as it was`;
      const pty = openPty(['sh', '-c', settings]);
      opened.push(pty);
      await prompt(pty);
      pty.type(CTRL_D);
      await pty.until('as it was');
    });

    it('stops by Ctrl-Z, and goes on with the line', async () => {
      const pty = openPty(['bash', '-mc', `'${process.execPath}' '${DRIVER}'; echo stopped; read -r; fg %1`]);
      opened.push(pty);
      await prompt(pty);
      pty.type('half');
      await line(pty, 'half');
      pty.type(CTRL_Z);
      await pty.until('stopped');
      pty.type('\n');
      await line(pty, 'half');
      pty.type(' whole\r');
      await pty.until('HALF WHOLE');
    });
  });

  describe('while something else goes on', () => {
    it('runs a paste of three lines as three commands', async () => {
      const pty = await again();
      pty.type('one\ntwo\r\nthree\r');
      await pty.until(['driver> one', 'ONE', 'driver> two', 'TWO', 'driver> three', 'THREE', 'driver>'].join('\n'));
    });

    it('keeps what was typed ahead of a slow command', async () => {
      const pty = await again();
      const { control } = shared!;
      pty.type('slow\r');
      await pty.until('slow begins');
      pty.type('one\rtwo\rhal');
      control.write('print heard\n');
      await pty.until('heard');
      pty.type('f');
      control.write('finish\n');
      await pty.until(['slow is done', 'driver> one', 'ONE', 'driver> two', 'TWO', 'driver> half'].join('\n'));
    });

    it('keeps what was typed before the first prompt', async () => {
      const pty = openPty([process.execPath, DRIVER]);
      opened.push(pty);
      pty.type('early\nbird');
      await pty.until(['driver> early', 'EARLY', 'driver> bird'].join('\n'));
    });

    it('prints above a half-typed line, whose cursor stays', async () => {
      const pty = await again();
      const { control } = shared!;
      pty.type(`half${LEFT}`);
      await pty.until('driver> half');
      control.write('print news\nprint more news\n');
      await pty.until((rows) => rows.join('\n') === ['news', 'more news', 'driver> half'].join('\n'));
      await cursorAt(pty, 11, 2);
      pty.type('L\r');
      await pty.until('HALLF');
    });

    it('prints above a line that wraps', async () => {
      const { pty, control } = await driven({}, { cols: 20 });
      pty.type('abcdefghijklmnopqrstuvwxyz');
      await pty.until('\nmnopqrstuvwxyz');
      control.write('print news\n');
      await pty.until((rows) => rows.join('\n') === ['news', 'driver> abcdefghijkl', 'mnopqrstuvwxyz'].join('\n'));
      await cursorAt(pty, 14, 2);
    });

    it('loses no key while it prints', async () => {
      const pty = await again();
      const { control } = shared!;
      const typed = 'abcdefghijklmnopqrstuvwxyz0123456789';
      for (const letter of typed) {
        control.write(`print ${letter}\n`);
        pty.type(letter);
      }
      await line(pty, typed);
      pty.type('\r');
      await pty.until(typed.toUpperCase());
    });

    it('leaves the terminal in order when the program exits with a prompt open', async () => {
      const { pty, control } = await driven();
      pty.type('half');
      await line(pty, 'half');
      control.write('print last words\n'.repeat(2) + 'exit\n');
      expect(await pty.exit).to.equal(70);
      expect(pty.screen()).to.deep.equal(['driver> half', 'last words', 'last words']);
    });

    it('keeps the place in the history while it prints', async () => {
      const pty = await again();
      const { control } = shared!;
      pty.type('one\rtwo\r');
      await pty.until('TWO\ndriver>');
      pty.type(UP);
      await line(pty, 'two');
      control.write('print news\n');
      await pty.until('news\ndriver> two');
      pty.type(UP);
      await line(pty, 'one');
    });
  });
});

const isAtPrompt = (pty: Pty): boolean => pty.screen()[pty.cursor().y]?.startsWith('driver>') === true;

/** Waits for an empty prompt, for that many at least. */
const prompt = (pty: Pty, count = 1): Promise<void> =>
  pty.until((rows) => rows.at(-1) === 'driver>' && rows.filter((row) => row.startsWith('driver>')).length >= count, 'a prompt');

/** Waits for the cursor to be there, which may be some bytes later than the text. */
const cursorAt = (pty: Pty, x: number, y: number): Promise<void> =>
  pty.until(() => pty.cursor().x === x && pty.cursor().y === y, `the cursor at ${x}, ${y}`);

/** Waits for the line to be edited to be this one. */
const line = (pty: Pty, text: string): Promise<void> => pty.until((rows) => rows.at(-1) === `driver> ${text}`.trimEnd(), `the line ${text}`);
