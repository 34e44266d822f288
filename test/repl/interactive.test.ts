import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { isAtPrompt, musterAnew } from '../support/shared-prompt.ts';
import { MAIN } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const UP = '\u001b[A';

describe('generals at a terminal', function () {
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

  function start(args: readonly string[] = ['4', '--seed', '1', '--host', 'sim'], env: NodeJS.ProcessEnv = {}): Pty {
    const pty = openPty([process.execPath, MAIN, ...args], { env: { XDG_STATE_HOME: home, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }, rows: 60, cols: 130 });
    opened.push(pty);
    return pty;
  }

  /** A prompt that tests share, and each musters its generals at. */
  let shared: Pty | undefined;
  async function mustered(): Promise<Pty> {
    if (shared === undefined || !isAtPrompt(shared)) {
      await shared?.close();
      shared = start();
      opened.splice(opened.indexOf(shared), 1);
      await shared.until(/G4, .*\ngenerals>$/);
    }
    await musterAnew(shared);
    return shared;
  }

  it('says what help, Tab and exit do, and shows the roster, above the prompt', async () => {
    const pty = start();
    await pty.until((screen) => screen[0] === 'help lists the commands, Tab completes them, exit leaves.' && screen[4]?.startsWith('G4, ') === true && screen[5] === 'generals>');
    expect(pty.screen()).to.have.length(6);
  });

  it('musters more generals than Node lets listen to one thing without a word of warning', async () => {
    const pty = start(['12', '--seed', '1']);
    await pty.until(/G12, .*\ngenerals>$/);
    expect(pty.screen().join('\n')).not.to.match(/Warning/);
  });

  it('completes commands, ids and words, and runs what they make', async () => {
    const pty = await mustered();
    pty.type('g-stat\t3\tf\t\r');
    await pty.until(/generals> g-state G3 faulty\n/);
    await pty.until(/G3, \w+, state=F\n/);
    pty.type('act\tat\t\r');
    await pty.until('Execute order: attack! 1 faulty node in the system');
  });

  it('takes commands that are typed before the generals are mustered', async () => {
    const pty = start(['4', '--seed', '1']);
    pty.type('actual-order retreat\r');
    await pty.until('Execute order: retreat! Non-faulty nodes in the system – 3 out of 4 quorum suggest retreat');
  });

  it('keeps the history between runs', async () => {
    const first = start();
    await first.until('G4, ');
    first.type('g-seed 4711\r');
    await first.until('seed 4711');
    first.type(CTRL_D);
    expect(await first.exit).to.equal(0);
    const second = start();
    await second.until('G4, ');
    second.type(UP);
    await second.until('generals> g-seed 4711');
  });

  it('tells a mistake in a line, and goes on', async () => {
    const pty = await mustered();
    pty.type('g-kill 9\rg-seed\r');
    await pty.until(/there is no general G9 – g-kill <id>[^]*seed 1/);
  });

  it('asks before it leaves by Ctrl-C, and ends with 130', async () => {
    const pty = start();
    await pty.until('G4, ');
    pty.type(`g-ki${CTRL_C}`);
    await pty.until(/g-ki\^C\ngenerals>/);
    pty.type(CTRL_C);
    await pty.until('Leave?');
    pty.type('n\r');
    await pty.until(/Leave\?[^]*\ngenerals>$/);
    pty.type(`${CTRL_C}${CTRL_C}`);
    expect(await pty.exit).to.equal(130);
  });

  it('leaves by exit', async () => {
    const pty = start();
    await pty.until('G4, ');
    pty.type('exit\r');
    expect(await pty.exit).to.equal(0);
  });

  it('ends a search that takes long by Ctrl-C, says what it covered, and lives on', async () => {
    const pty = start(['7', '--seed', '1', '--host', 'sim']);
    await pty.until('G7, ');
    pty.type('g-elect 1\rg-state 1 faulty\rg-state 2 faulty\rg-state 3 faulty\rg-protocol signed\rg-check\r');
    await pty.until(/treasons covered$/);
    pty.type(CTRL_C);
    await pty.until(/unknown: covered/);
    pty.type('g-seed\r');
    await pty.until('seed 1');
  });

  it('shows how far a campaign is, with rate and time left; ends it by Ctrl-C with the partial table, and lives on', async () => {
    const pty = await mustered();
    pty.type('g-state 3 faulty\rg-campaign 1e7\r');
    await pty.until(/^[█░]{24} \d+% [\d,]+ of 10,000,000 orders, [\d,]+ orders\/s, \d+ \w+ left$/m);
    pty.type(CTRL_C);
    await pty.until(/; PARTIAL, 10,000,000 were asked for\nagreement held in 100%/);
    await pty.until((screen) => screen.at(-1) === 'generals>', 'a prompt');
    expect(pty.screen().join('\n')).not.to.match(/[█░]/);
    pty.type('g-seed\r');
    await pty.until('seed 1');
  });

  it('shows nothing of a bar where a command has run to its end', async () => {
    const pty = await mustered();
    pty.type('g-campaign 5000\r');
    await pty.until(/messages an order: 9\ngenerals>$/);
    expect(pty.screen().join('\n')).not.to.match(/[█░]/);
  });

  it('shows a general that hangs as lost, and lives on', async () => {
    const pty = start(['4', '--seed', '1', '--deadline', '400']);
    await pty.until('G4, ');
    pty.type('g-break 4 hang\ractual-order attack\r');
    await pty.until('G4 is lost: it did not answer within 400 ms.');
    await pty.until(/G4, \w+, majority=undefined, state=lost/);
    pty.type('g-kill 4\ractual-order attack\r');
    await pty.until('2 out of 3 quorum suggest attack');
  });
});
