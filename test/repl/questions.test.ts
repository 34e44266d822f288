import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/repl/commands.ts';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { isAtPrompt, musterAnew } from '../support/shared-prompt.ts';
import { MAIN, here } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const ESC = '\u001b';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_G = '\u0007';
const CTRL_R = '\u0012';
const CTRL_U = '\u0015';
const UP = '\u001b[A';
const DOWN = '\u001b[B';
const RIGHT = '\u001b[C';
const LEFT = '\u001b[D';

describe('somebody at the prompt', () => {
  const opened: Pty[] = [];
  let home: string;

  before(async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    home = await mkdtemp(join(tmpdir(), 'generals-'));
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
  });

  after(async () => {
    await shared?.close();
    if (home !== undefined) await rm(home, { recursive: true });
  });

  /** A prompt that tests share, and each musters its generals at. */
  let shared: Pty | undefined;
  let number = 0;
  function start(args: readonly string[] = ['4', '--seed', '1', '--host', 'sim'], env: NodeJS.ProcessEnv = {}, size: { cols: number; rows: number } = { cols: 100, rows: 60 }): Pty {
    const pty = openPty([process.execPath, MAIN, ...args], { env: { XDG_STATE_HOME: join(home, String((number += 1))), NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }, ...size });
    opened.push(pty);
    return pty;
  }

  async function ready(...args: Parameters<typeof start>): Promise<Pty> {
    const pty = start(...args);
    await pty.until((rows) => rows.at(-1) === 'generals>' && rows.some((row) => row.startsWith('G1, ')), 'the first screen');
    return pty;
  }

  /** The shared prompt with four loyal generals, as if just begun but for its history; a test that left it in the middle of something has it begun anew. */
  async function mustered(): Promise<Pty> {
    if (shared === undefined || !isAtPrompt(shared)) {
      await shared?.close();
      shared = await ready();
      opened.splice(opened.indexOf(shared), 1);
    }
    await musterAnew(shared);
    return shared;
  }

  /** Waits for an empty prompt below that. */
  const done = (pty: Pty, what: string | RegExp): Promise<void> =>
    pty.until((rows) => rows.at(-1) === 'generals>' && (typeof what === 'string' ? rows.join('\n').includes(what) : what.test(rows.join('\n'))), `${what}, and a prompt`);

  describe('is asked for what a command lacks:', () => {
    it('which general g-kill ends, from a list that tells who they are', async () => {
      const pty = await mustered();
      pty.type('g-kill\r');
      await pty.until(/\? Which general is to be killed\?\n❯ G1 {2}secondary, loyal\n {2}G2 {2}secondary, loyal\n {2}G3 {2}primary, loyal\n {2}G4/);
      pty.type(`${DOWN}\r`);
      await done(pty, 'generals> g-kill\ngenerals> g-kill 2\nG1, secondary, state=NF\nG3, primary, state=NF\nG4, secondary, state=NF\n');
    });

    it('whom g-elect makes primary, among those who are not', async () => {
      const pty = await mustered();
      pty.type('g-elect\r');
      await pty.until('Which general is to be primary?');
      expect(pty.screen().some((row) => row.includes('G3  '))).to.equal(false);
      pty.type('\r');
      await done(pty, 'G1, primary, state=NF');
    });

    it('what a general shall be, and how it betrays, with a few words on each strategy', async () => {
      const pty = await mustered();
      pty.type('g-state 2\r');
      await pty.until('What shall G2 be?');
      pty.type('\r');
      await pty.until(/How does it betray\?\n❯ coin {2,}each message to each receiver is the value or its counterpart, 50\/50\n {2}liar/);
      pty.type(`${DOWN}\r`);
      await done(pty, 'generals> g-state 2 faulty liar\nG1, secondary, state=NF\nG2, secondary, state=F (liar)');
    });

    it('of g-state with non-faulty nothing more', async () => {
      const pty = await mustered();
      pty.type('g-state 2\r');
      await pty.until('What shall G2 be?');
      pty.type(`${DOWN}\r`);
      await done(pty, 'generals> g-state 2 non-faulty\nG1, ');
    });

    it('how many generals g-add adds; what is no number is told, and asked again', async () => {
      const pty = await mustered();
      pty.type('g-add\r');
      await pty.until('How many loyal generals are to be added?');
      pty.type('some\r');
      await pty.until('> a whole number from 1 on');
      pty.type(`${CTRL_U}2\r`);
      await done(pty, /generals> g-add 2\n[^]*G6, secondary/);
    });

    it('what is ordered', async () => {
      const pty = await mustered();
      pty.type('actual-order\r');
      await pty.until('What does G3 order?');
      pty.type(`${DOWN}\r`);
      await done(pty, 'Execute order: retreat!');
    });

    it('whose words choose fixes, and then word by word, until each message has one', async () => {
      const pty = await mustered();
      pty.type('g-state 1 faulty\rchoose\r');
      await pty.until(/Whose words are to be fixed\?\n❯ G1 {2}secondary, a traitor \(coin\)/);
      pty.type('\r');
      await pty.until('Message 1 of G1, to G2 in round 2:');
      pty.type(`${DOWN}\r`);
      await pty.until('Message 2 of G1, to G4 in round 2:');
      pty.type(`${DOWN}${DOWN}\r`);
      await done(pty, 'generals> choose 1 retreat silence\nG1 will say retreat, silence in the next order');
      pty.type('actual-order attack\r');
      await done(pty, 'Execute order: attack!');
    });

    it('how a general breaks down, and to which file a session is saved', async () => {
      const pty = await ready();
      pty.type('g-break 4\r');
      await pty.until(/How does G4 break down\?\n❯ throw {2}an error that nothing catches/);
      pty.type('\r');
      await done(pty, 'G4 will throw when the next order reaches it');
      const file = join(home, 'saved.txt');
      pty.type('save\r');
      await pty.until('To which file?');
      pty.type(`${file}\r`);
      await done(pty, /1 command is saved in/);
      expect(await readFile(file, 'utf8')).to.match(/^# A session of generals\.[^]*\ng-break 4 throw\n$/);
    });

    it('and what was asked for comes back by Up, as a whole', async () => {
      const pty = await mustered();
      pty.type('g-kill\r');
      await pty.until('Which general');
      pty.type('\r');
      await done(pty, 'g-kill 1');
      pty.type(UP);
      await pty.until(/generals> g-kill 1 \[<round>\]$/);
    });

    for (const [name, key] of [['Esc', ESC], ['Ctrl-C', CTRL_C], ['Ctrl-D', CTRL_D]] as const) {
      it(`${name} leaves the question, changes nothing, and leaves nothing on the screen`, async () => {
        const pty = await mustered();
        const lacking = COMMANDS.filter(({ forms }) => forms.every((form) => form.length > 0)).map((command) => command.name).filter((command) => !['choose', 'g-tell'].includes(command));
        expect(lacking).to.include.members(['g-kill', 'g-elect', 'g-add', 'actual-order', 'g-break', 'save', 'g-muster']);
        for (const command of lacking) {
          pty.type(`clear\r${command}\r`);
          await pty.until(/\? .*\?/, `a question of ${command}`);
          pty.type(key);
          await pty.until((rows) => rows.join('\n') === `generals> ${command}\ngenerals>`, `nothing but ${command}`);
        }
        pty.type('clear\rg-state\r');
        await pty.until((rows) => rows.join('\n') === 'generals> g-state\nG1, secondary, state=NF\nG2, secondary, state=NF\nG3, primary, state=NF\nG4, secondary, state=NF\ngenerals>', 'the generals as they were');
      });
    }

    it('but not where no answer would fit', async () => {
      const pty = await mustered();
      pty.type('choose\rg-state 9\r');
      await done(pty, /only traitors can be told what to say, and there is none – choose[^]*there is no general G9 – g-state/);
    });

    it('but not by what shows something when it stands alone', async () => {
      const pty = await mustered();
      pty.type('g-protocol\r');
      await done(pty, /\* exchange/);
      pty.type('g-seed\rg-state\r');
      await done(pty, /seed 1\ngenerals> g-state\nG1/);
    });

    it('but not in a pipe', async () => {
      const { code, err } = await here(['4', '--host', 'sim'], 'g-kill\ng-state 3\nactual-order\n');
      expect(code).to.equal(1);
      expect(err.split('\n')).to.have.length(4);
      for (const line of err.trimEnd().split('\n')) expect(line).to.match(/^line \d: \S+ needs another word – /);
    });
  });

  describe('who types nothing but generals', () => {
    it('is asked how many there are to be, and which protocol they follow', async () => {
      const pty = start([]);
      await pty.until('How many generals?');
      pty.type('3\r');
      await pty.until(/Which protocol are the 3 to follow\?\n❯ exchange {2}one round/);
      pty.type(`${DOWN}\r`);
      await pty.until(/G3, \w+, state=NF\ngenerals>/);
      pty.type('g-protocol oral\r');
      await done(pty, 'protocol oral, m=0 among 3 generals');
    });

    it('gets four who follow exchange by Enter', async () => {
      const pty = start([]);
      await pty.until('How many generals?');
      pty.type('\r');
      await pty.until('Which protocol');
      pty.type('\r');
      await pty.until(/G4, \w+, state=NF\ngenerals>/);
    });

    it('leaves by Esc', async () => {
      const pty = start([]);
      await pty.until('How many generals?');
      pty.type(ESC);
      expect(await pty.exit).to.equal(0);
    });

    it('in a pipe is not asked', async () => {
      const { code, out } = await here(['--host', 'sim'], 'g-state\n');
      expect(code).to.equal(0);
      expect(out).to.match(/^G1, [^]*G4, \w+, state=NF\n$/);
    });
  });

  describe('sees the form of a command dim behind what was typed', () => {
    it('as far as it is not typed yet', async () => {
      const pty = await mustered();
      pty.type('g-state');
      await pty.until(/generals> g-state \[<id> <faulty\|non-faulty> \[<strategy>\]\]$/);
      expect(pty.isDim('[<id>')).to.equal(true);
      expect(pty.isDim('g-state [')).to.equal(false);
      pty.type(' 3');
      await pty.until(/generals> g-state 3 <faulty\|non-faulty> \[<strategy>\]$/);
      await pty.until(() => pty.cursor().x === 'generals> g-state 3'.length, 'the cursor behind what was typed');
      pty.type(' faulty liar');
      await pty.until(/generals> g-state 3 faulty liar$/);
      pty.type('\r');
      await done(pty, 'G3, primary, state=F (liar)');
      expect(pty.screen().join('\n')).not.to.match(/[[<]/);
    });

    it('not in the middle of the line, nor without colours', async () => {
      const pty = await mustered();
      pty.type(`g-kill${LEFT}`);
      await pty.until(/generals> g-kill$/);
      const colourless = await ready(['4', '--host', 'sim', '--no-color']);
      colourless.type('g-kill');
      await colourless.until(/generals> g-kill$/);
    });

    it('as many whole words of it as there is room for', async () => {
      const pty = await ready(undefined, {}, { cols: 40, rows: 30 });
      pty.type('g-state');
      await pty.until(/generals> g-state \[<id> …$/);
      expect(pty.overlong()).to.deep.equal([]);
    });
  });

  describe('searches the history by Ctrl-R', () => {
    async function withHistory(begun = mustered): Promise<Pty> {
      const pty = await begun();
      pty.type('g-state 1 faulty\rg-seed 7\rg-state 2 faulty\r');
      await done(pty, /G2, secondary, state=F\n/);
      return pty;
    }

    it('finds the newest line that holds what is typed, and by Ctrl-R again older ones', async () => {
      const pty = await withHistory(ready);
      pty.type(`${CTRL_R}state`);
      await pty.until("(search)`state': g-state 2 faulty");
      pty.type(CTRL_R);
      await pty.until("(search)`state': g-state 1 faulty");
      pty.type(CTRL_R);
      await pty.until("(failed search)`state': g-state 1 faulty");
      pty.type('\u007f');
      await pty.until("(search)`stat': g-state 2 faulty");
    });

    it('runs by Enter what it found', async () => {
      const pty = await withHistory();
      pty.type(`${CTRL_R}seed\r`);
      await done(pty, /generals> g-seed 7\nseed 7\ngenerals>$/);
    });

    it('leaves by Esc with the line to go on with, and by Ctrl-G with what was there before', async () => {
      const pty = await withHistory();
      pty.type(`half${CTRL_R}seed`);
      await pty.until("(search)`seed': g-seed 7");
      pty.type(CTRL_G);
      await pty.until(/generals> half$/);
      pty.type(`${CTRL_R}seed`);
      await pty.until("(search)`seed': g-seed 7");
      pty.type(ESC);
      await pty.until(/generals> g-seed 7$/);
      pty.type('\u00051\r');
      await done(pty, 'seed 71');
    });

    it('takes many characters at a time, and Esc with a key right behind it', async () => {
      const pty = await withHistory();
      pty.type(CTRL_R);
      await pty.until('(search)');
      pty.type('se\u001b\u0005ed\u0001\u0005');
      pty.type(`${CTRL_C}g-seed 3\r`);
      await done(pty, 'seed 3');
    });

    it('drops it all by Ctrl-C', async () => {
      const pty = await withHistory();
      pty.type(`${CTRL_R}seed`);
      await pty.until("(search)`seed'");
      pty.type(CTRL_C);
      await pty.until(/\^C\ngenerals>$/);
    });
  });

  describe('goes through the last order by g-step', () => {
    it('forward and back by keys, and leaves by q, the last page staying', async () => {
      const pty = await mustered();
      pty.type('g-state 1 faulty liar\ractual-order attack\rg-step\r');
      await pty.until(/Order 1: G3 was to order attack\.\n[^]*1 of 4/);
      pty.type(RIGHT);
      await pty.until(/Round 1 of 2\n[^]*2 of 4/);
      expect(pty.screen().join('\n')).not.to.include('was to order');
      pty.type(' ');
      await pty.until(/Round 2 of 2\n[^]*G2 {2}retreat → attack {2}heard G1 retreat!, G4 attack[^]*3 of 4/);
      pty.type(LEFT);
      await pty.until(/Round 1 of 2\n[^]*2 of 4/);
      pty.type(`${RIGHT}${RIGHT}${RIGHT}`);
      await pty.until(/The end\n[^]*Execute order: attack![^]*4 of 4/);
      pty.type('q');
      await done(pty, /The end\n[^]*Execute order/);
      expect(pty.screen().join('\n')).not.to.match(/\d of 4 {3}/);
    });

    it('scrolls a page that is higher than the screen', async () => {
      const pty = await ready(['7', '--seed', '1', '--protocol', 'oral', '--host', 'sim'], {}, { cols: 80, rows: 20 });
      pty.type('actual-order attack\rg-step\r');
      await pty.until('1 of 5');
      pty.type(`${RIGHT}${RIGHT}${RIGHT}`);
      await pty.until(/Round 3 of 3\n[^]*lines 1 to 17 of \d+/);
      pty.type(DOWN);
      await pty.until(/lines 2 to 18 of \d+/);
      expect(pty.screen().join('\n')).not.to.include('Round 3');
      pty.type(`${UP}${UP}`);
      await pty.until(/Round 2 of 3/);
      pty.type(ESC);
      await pty.until((rows) => rows.at(-1) === 'generals>', 'a prompt');
    });

    it('is drawn anew for a window of another width', async () => {
      const pty = await ready(undefined, {}, { cols: 100, rows: 40 });
      pty.type('actual-order attack\rg-step\r');
      await pty.until('1 of 4');
      pty.type(`${RIGHT}${RIGHT}`);
      await pty.until('3 of 4');
      await pty.resize(60, 40);
      await pty.until((rows) => rows[0] === 'Round 2 of 2' && rows.every((row) => row.length <= 60) && rows.at(-1)!.includes('3 of 4'), 'the page at 60 columns');
    });
  });

  it('runs a demo, with what it explains, in a camp of its own', async () => {
    const pty = await mustered();
    pty.type('g-state 1 faulty liar\ractual-order attack\rclear\rdemo first-order\r');
    await done(pty, /# Four loyal generals: [^]*demo> g-seed 1\nseed 1[^]*# It orders attack\.[^]*demo> actual-order attack[^]*Execute order: attack!/);
    pty.type('clear\rg-seed\rg-state\rg-why\r');
    await done(pty, /seed 1\n[^]*G1, secondary, state=F \(liar\)\n[^]*Order 1: G3 ordered attack/);
  });

  it('clears the screen, and leaves by quit', async () => {
    const pty = await ready();
    pty.type('clear\r');
    await pty.until((rows) => rows.length === 1 && rows[0] === 'generals>', 'an empty screen');
    pty.type('quit\r');
    expect(await pty.exit).to.equal(0);
  });

  for (const [name, env] of [['NO_COLOR', { NO_COLOR: '1' }], ['TERM=dumb', { TERM: 'dumb' }]] as const) {
    describe(`with ${name}`, () => {
      it('gets a plain prompt, without one escape sequence, that asks for nothing', async () => {
        const pty = await ready(undefined, env);
        for (const line of ['help', 'g-kill', 'g-kill 9', 'g-state 3 faulty', 'actual-order attack', 'g-why', 'g-show', 'g-step', 'g-campaign 2000', 'demo first-order', 'clear', 'g-seed']) {
          pty.type(`${line}\n`);
          await pty.until((rows) => rows.at(-1) === 'generals>' && rows.some((row) => row === `generals> ${line}`) || rows.at(-1) === 'generals>' && rows.length > 50, `the answer to ${line}`);
        }
        await done(pty, 'seed 1');
        pty.type('exit\n');
        expect(await pty.exit).to.equal(0);
        expect(pty.raw()).to.include('g-kill needs another word').and.to.include('Execute order: attack!').and.to.include('Round 2 of 2');
        // oxlint-disable-next-line no-control-regex
        expect(pty.raw()).not.to.match(/\u001b/);
      });

      // It has to take two seconds before it says how far it is, as it does wherever nothing is drawn.
      if ('TERM' in env) it('ends a command that takes long by Ctrl-C, and lives on; leaves by Ctrl-D', async () => {
        const pty = await ready(['7', '--seed', '1', '--host', 'sim'], env);
        pty.type('g-elect 1\ng-state 1 faulty\ng-state 2 faulty\ng-state 3 faulty\ng-protocol signed\ng-check\n');
        await pty.until(/treasons covered$/);
        pty.type(CTRL_C);
        await pty.until(/unknown: covered/);
        pty.type('g-seed\n');
        await done(pty, 'seed 1');
        pty.type(CTRL_D);
        expect(await pty.exit).to.equal(0);
      });

      // What makes a prompt plain is asked before anything else is.
      if ('NO_COLOR' in env) it('gets four generals where nothing is said', async () => {
        const pty = start([], env);
        await pty.until(/G4, \w+, state=NF\ngenerals>/);
      });
    });
  }
});
