import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { COMMANDS } from '../../src/repl/commands.ts';
import { PROMPT } from '../../src/repl/theme.ts';
import { topics } from '../../src/repl/topics.ts';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { isAtPrompt, musterAnew } from '../support/shared-prompt.ts';
import { MAIN, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const CTRL_C = '\u0003';
/** The narrow ones are where lines break; a soak tries wide ones, too. */
const WIDTHS = process.env['SOAK'] === '1' ? [60, 80, 120, 200] : [60, 80];

/** Running text is broken by one function: but in a soak, it is tried where it is broken most. Tables and bars are others at each width. */
const isTextTried = (cols: number): boolean => process.env['SOAK'] === '1' || cols === WIDTHS[0];

describe('no line is longer than the terminal, nor any word broken,', () => {
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
    await Promise.all(Array.from(shared.values(), (pty) => pty.close()));
    if (home !== undefined) await rm(home, { recursive: true });
  });

  function open(cols: number, args: readonly string[]): Pty {
    const pty = openPty([process.execPath, MAIN, ...args], { env: { XDG_STATE_HOME: home, NO_COLOR: undefined, FORCE_COLOR: undefined }, cols, rows: 50 });
    opened.push(pty);
    return pty;
  }

  /** One prompt of each width, which tests share. */
  const shared = new Map<number, Pty>();
  async function mustered(cols: number, count: number, protocol?: string): Promise<Pty> {
    let pty = shared.get(cols);
    if (pty === undefined || !isAtPrompt(pty)) {
      await pty?.close();
      pty = open(cols, ['4', '--seed', '1', '--host', 'sim']);
      opened.splice(opened.indexOf(pty), 1);
      shared.set(cols, pty);
      await pty.until(/G4, .*\ngenerals>$/);
    }
    await musterAnew(pty, count, protocol);
    return pty;
  }

  /** Runs commands at a prompt, one after the other, and looks for lines that the terminal had to break. */
  async function expectFitting(pty: Pty, commands: readonly string[]): Promise<void> {
    for (const [index, command] of commands.entries()) {
      // The mistake behind each tells that it is over.
      pty.type(`clear\r${command}\rhelp no-${index}\r`);
      await pty.until(`there is no help on "no-${index}"`, `the answer to ${command}`);
      expect(pty.overlong(), command).to.deep.equal([]);
    }
    await pty.until((rows) => rows.at(-1) === 'generals>', 'a prompt');
  }

  for (const cols of WIDTHS) {
    describe(`of ${cols} columns`, () => {
      if (isTextTried(cols)) it('in help, on every command and every topic', async () =>
        expectFitting(await mustered(cols, 4), ['help', ...[...COMMANDS, ...topics()].map(({ name }) => `help ${name}`)]));

      if (isTextTried(cols)) it('in mistakes', async () => {
        const transcript = await readFile(projectPath('test/transcripts/mistakes.txt'), 'utf8');
        const pairs = transcript.split('\n').map((line, index, lines) => [line, lines[index + 1] ?? ''] as const);
        // Where a word is missing a terminal is asked for it.
        const mistaken = pairs.filter(([line, next]) => line.startsWith(PROMPT) && next.startsWith('! ') && !next.includes('needs another word'));
        expect(mistaken.length).to.be.greaterThan(25);
        await expectFitting(await mustered(cols, 4), mistaken.map(([line]) => line.slice(PROMPT.length)));
      });

      it('in tables and lists', async () => expectFitting(await mustered(cols, 7), ['g-state', 'g-protocol', 'g-strategies', 'demo', 'g-campaign 500', 'g-check', 'demo smallest-lie', 'demo signed-saves-three']));

      for (const { name } of isTextTried(cols) ? PROTOCOLS : []) {
        it(`in what ${name} did, and why, among seven with two traitors`, async () =>
          expectFitting(await mustered(cols, 7, name), [
            'g-elect 1',
            'g-state 1 faulty arbitrary',
            `g-state 3 faulty ${STRATEGIES.at(-1)!.name}`,
            'actual-order attack',
            'g-why',
            'g-why 1',
            'g-why 2',
            'g-why 3',
            'g-show',
            'g-show 2',
          ]));
      }

      it('in the bar of a campaign at the prompt, whose time left is seen', async () => {
        const pty = await mustered(cols, 4);
        pty.type('g-state 3 faulty\rg-campaign 1e7\r');
        await pty.until(/% .*\d+ \w+ left$/m);
        expect(pty.overlong()).to.deep.equal([]);
        pty.type(CTRL_C);
        await pty.until(/;\s+PARTIAL[^]*\ngenerals>$/);
      });

      it('in the bar of generals campaign, whose time left is seen', async () => {
        const pty = open(cols, ['campaign', '--members', '7', '--faults', '2', '--orders', '1e7', '--engine', 'simulator', '--seed', '1', '--threads', '1']);
        await pty.until(/% .*\d+ \w+ left/);
        pty.type(CTRL_C);
        expect(await pty.exit).to.equal(130);
      });

      it('in the table of generals campaign, of which each part names the cells', async () => {
        const pty = open(cols, ['campaign', '--protocol', 'exchange,oral', '--members', '5', '--faults', '1,2', '--orders', '500', '--seed', '1', '--threads', '1']);
        expect(await pty.exit).to.equal(0);
        expect(pty.overlong()).to.deep.equal([]);
        const rows = pty.screen();
        const heads = rows.filter((row) => /^protocol +m +n +f +strategy /.test(row));
        const words = new Set(heads.flatMap((head) => head.split(/ {2,}/)));
        expect([...words]).to.include.members(['orders', 'agreement', '95 %', 'validity', 'attack', 'retreat', 'messages', 'engine']);
        expect(rows.filter((row) => /^(exchange|oral) +\d+ +5 +[12] +coin /.test(row))).to.have.length(heads.length * 4);
      });

      it('in the bar of generals check, and in what it finds', async () => {
        const pty = open(cols, ['check', '--protocol', 'signed', '-n', '7', '-f', '4']);
        await pty.until(/ treasons covered/);
        expect(pty.overlong()).to.deep.equal([]);
        pty.type(CTRL_C);
        expect(await pty.exit).to.equal(1);
        expect(pty.overlong()).to.deep.equal([]);
        const violated = open(cols, ['check', '--protocol', 'oral', '--members', '3', '--faults', '1']);
        expect(await violated.exit).to.equal(3);
        expect(violated.screen().join('\n')).to.match(/^violated: /);
        expect(violated.overlong()).to.deep.equal([]);
      });
    });
  }
});
