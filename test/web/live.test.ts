import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { browserUnavailable, openBrowser, watch, type Watched } from '../support/browser.ts';
import { cared } from '../support/cared.ts';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { MAIN, cleanEnvironment } from '../support/run.ts';
import { skip } from '../support/skip.ts';

/** The program beside a page of its own. */
interface Running {
  readonly page: Page;
  /** Types a line where the program was started. */
  readonly type: (line: string) => void;
  /** Resolves when the program has printed that. */
  readonly printed: (text: string) => Promise<void>;
}

describe('a page beside nodes that really run', () => {
  let browser: Browser;
  let opened: Watched | undefined;
  let child: ChildProcess | undefined;

  before(async function () {
    if (browserUnavailable !== undefined) skip(this, browserUnavailable);
    browser = await openBrowser();
  });

  after(() => browser?.close());

  /** Nothing may go wrong, whatever a test does; and a signal ends the program, page and all. */
  afterEach(async () => {
    const wrong = opened?.wrong;
    await opened?.close();
    child?.kill('SIGINT');
    if (child !== undefined && child.exitCode === null) await once(child, 'exit');
    expect(wrong).to.deep.equal([]);
  });

  async function start(words: string, options: Parameters<typeof watch>[2] = {}): Promise<Running> {
    const program = cared(spawn(process.execPath, [MAIN, ...words.split(' ')], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] }));
    child = program;
    let text = '';
    let look = (): void => undefined;
    for (const stream of [program.stdout, program.stderr]) stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      look();
    });
    const until = (isEnough: () => boolean): Promise<void> => new Promise((resolve, reject) => {
      look = () => { if (isEnough()) resolve(); };
      program.once('exit', () => reject(new Error(text)));
      look();
    });
    await until(() => /token=\w+\n/.test(text));
    opened = await watch(browser, /http:\S+token=\w+/.exec(text)![0], options);
    return { page: opened.page, type: (line) => void program.stdin.write(`${line}\n`), printed: (part) => until(() => text.includes(part)) };
  }

  const node = (page: Page, name: string): ReturnType<Page['locator']> => page.locator('.node', { hasText: new RegExp(`^${name}`) }).first();
  const panel = (page: Page, name: string): ReturnType<Page['locator']> => page.locator(`[data-panel="${name}"]`);
  const deed = (page: Page, text: string): Promise<void> => panel(page, 'deeds').getByRole('button', { name: text, exact: true }).click();
  const say = async (page: Page, line: string): Promise<void> => {
    await page.locator('#line').fill(line);
    await page.locator('#line').press('Enter');
  };

  it('shows an army that is commanded from a pipe before anything comes from there, and what comes', async () => {
    const { page, type, printed } = await start('4 --seed 1 --web');
    expect(await page.locator('[data-general]').count()).to.equal(4);
    await page.locator('[data-general="3"]').click();
    await panel(page, 'general').locator('select').selectOption('liar');
    await printed('page> g-state 3 faulty liar');
    type('actual-order attack');
    await page.getByText('Agreement holds.').waitFor();
  });

  describe('words', () => {
    it('shows what is typed at the prompt, and the prompt what is typed and clicked in the page', async () => {
      const { page, type, printed } = await start('words --peers 4 --web');
      type('@3 lie 50');
      await page.locator('.node.byzantine').waitFor();
      expect(await page.locator('.node.byzantine').getAttribute('aria-label')).to.include('@3').and.include('lies, 50 %');
      await say(page, '@2 set 1 pear');
      await printed('page> @2 set 1 pear');
      await panel(page, 'words').locator('tbody tr:nth-child(2) td.set', { hasText: 'pear' }).waitFor();
      await node(page, '@1').click();
      await deed(page, 'Settle 2');
      await printed('page> @1 consensus 2');
      await panel(page, 'words').getByText('Word 2').waitFor();
      await panel(page, 'words').locator('.tree', { hasText: 'cloud' }).waitFor();
      await panel(page, 'console').getByText('word 2 is "cloud"').waitFor();
      // Who is chosen is who is seen to have heard it, if it was asked.
      await page.locator('tbody tr:nth-child(3) td.settled').waitFor();
    });

    it('goes back to what was, and on to what is', async () => {
      const { page } = await start('words --peers 2 --web');
      await say(page, '@1 set 0 quince');
      await panel(page, 'words').getByText('quince').waitFor();
      await page.getByRole('button', { name: 'Hold' }).click();
      await page.keyboard.press('Home');
      await panel(page, 'words').locator('tbody tr:nth-child(1) td.first', { hasText: 'apple' }).waitFor();
      expect(await panel(page, 'words').getByText('quince').count()).to.equal(0);
      await page.getByRole('button', { name: 'Live' }).click();
      await panel(page, 'words').getByText('quince').waitFor();
    });

    it('does not end for a page, and says so', async () => {
      const { page } = await start('words --peers 2 --web');
      await say(page, '@1 exit');
      await page.getByRole('alert').getByText('a page does not end it').waitFor();
      await say(page, 'nonsense');
      await page.getByRole('alert').getByText('there is no command').waitFor();
    });

    it('tells the whole to who comes late', async () => {
      const { page } = await start('words --peers 2 --web');
      await say(page, '@2 set 4 fig');
      await panel(page, 'words').getByText('fig').waitFor();
      await page.reload();
      await panel(page, 'words').getByText('fig').waitFor();
      await page.getByRole('button', { name: 'Show log' }).click();
      await panel(page, 'console').getByText('words> @2 set 4 fig').waitFor();
      await page.getByText('Start the same again').click();
      expect(await panel(page, 'about').locator('pre').innerText()).to.match(/generals words --peers 2 --web$/);
    });
  });

  describe('network', () => {
    /** All peers that are ready see the same. */
    const agreed = (page: Page): Promise<void> => page.locator('.views figcaption', { hasText: /^1 view/ }).waitFor();

    it('shows who is there and linked, kills by a click, and holds what led to the removal as a tree', async () => {
      const { page, printed } = await start('network --seeds 3 --peers 6 --web --preset local');
      expect(await page.locator('.node').count()).to.equal(9);
      // Each peer has neighbours, and all see the same.
      await page.locator('.link').nth(5).waitFor({ state: 'attached' });
      await agreed(page);
      await node(page, 'P3').click();
      await deed(page, 'Kill');
      await printed('page> kill P3');
      await page.locator('.node.down', { hasText: 'P3' }).waitFor();
      // From suspicion to removal, and to everybody's list.
      const fate = panel(page, 'evidence').locator('summary', { hasText: /^P3 suspected at [\d.]+ s by \d, agreed on at [\d.]+ s, removed at [\d.]+ s, known to \d/ });
      await fate.click({ timeout: 60_000 });
      const evidence = await panel(page, 'evidence').textContent();
      for (const part of ['suspected by', 'agreed on by', 'decided by', 'it is off the list']) expect(evidence).to.include(part);
      await deed(page, 'Why');
      await page.getByRole('button', { name: 'Show log' }).click();
      await panel(page, 'console').getByText(/suspects it/).first().waitFor();
      await deed(page, 'Restart');
      await printed('page> restart P3');
      await page.locator('.node.up', { hasText: 'P3' }).waitFor();
    });

    it('cuts one way and parts by clicks, and heals', async () => {
      const { page, printed } = await start('network --seeds 1 --peers 4 --web --preset local');
      await page.locator('.link').first().waitFor({ state: 'attached' });
      await node(page, 'P2').click();
      await deed(page, 'Cut …');
      await node(page, 'P3').click();
      await printed('page> cut P2→P3');
      await page.locator('[data-cut="2-3"]').waitFor();
      expect(await page.locator('.hull.one-way').count()).to.equal(1);
      expect(await page.locator('.cut-text').textContent()).to.equal('nothing gets from P2 to P3');
      await page.getByRole('button', { name: 'Heal' }).click();
      await printed('page> heal');
      await page.locator('[data-cut]').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Partition …' }).click();
      for (const name of ['S1', 'P1', 'P2']) await node(page, name).click();
      await page.getByRole('button', { name: 'Cut them off' }).click();
      await printed('page> partition S1 P1 P2 | P3 P4');
      await page.locator('.hull:not(.one-way)').waitFor();
      expect(await page.locator('.cut-text').textContent()).to.equal('S1, P1, P2 cut off from P3, P4');
    });

    it('shows how far a word came, and says what cannot be', async () => {
      const { page } = await start('network --seeds 1 --peers 4 --web --preset local --messages 0');
      await page.locator('.link').first().waitFor({ state: 'attached' });
      await agreed(page);
      await page.getByRole('textbox', { name: 'say to all' }).fill('hello all');
      await page.getByRole('button', { name: 'Say', exact: true }).click();
      await panel(page, 'gossip').getByText(/said “hello all”: 4 of 4 have it, over \d hops?, after/).waitFor();
      await node(page, 'P2').click();
      await deed(page, 'Stop');
      await page.locator('.node.paused', { hasText: 'P2' }).waitFor();
      await deed(page, 'Continue');
      await page.locator('.node.up', { hasText: 'P2' }).waitFor();
      await say(page, 'leave S1');
      await page.getByRole('alert').getByText('S1 is a seed, which can be killed but not leave').waitFor();
    });
  });

  for (const { words, prompt, typed, seen, said, shown } of [
    { words: 'network --seeds 1 --peers 3 --web --preset local', prompt: 'network>', typed: 'kill P3', seen: 'P3 is killed', said: 'links P1', shown: /P1 (–|has no links)/ },
    { words: 'words --peers 3 --web', prompt: 'words>', typed: '@2 set 0 plum', seen: 'word 0 is "plum"', said: '@2 current', shown: /0 "plum"/ },
  ])
    it(`is beside the prompt of a terminal: ${prompt}`, async function () {
      if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
      const pty = openPty([process.execPath, MAIN, ...words.split(' ')], { cols: 140, rows: 40 });
      try {
        await pty.until(new RegExp(`The page: http:\\S+\\n[^]*${prompt}`));
        opened = await watch(browser, /http:\S+token=\w+/.exec(pty.screen().join('\n'))![0]);
        const { page } = opened;
        await page.getByRole('button', { name: 'Show log' }).click();
        pty.type(`${typed}\r`);
        await panel(page, 'console').getByText(`${prompt} ${typed}`).waitFor();
        await panel(page, 'console').getByText(seen).first().waitFor();
        await say(page, said);
        await pty.until(`page> ${said}`);
        await pty.until(shown);
        pty.type('exit\r');
        expect(await pty.exit).to.equal(0);
        await page.getByRole('alert').getByText('does not answer').waitFor();
        // That the prompt is gone is no fault of the page.
        expect(opened.wrong.filter((one) => !one.includes('ERR_'))).to.deep.equal([]);
        (opened.wrong as string[]).length = 0;
      } finally {
        await pty.close();
      }
    });

  describe('cluster', () => {
    it('shows what is asked at the console and in the page, who executed it, and by which votes a view is changed', async () => {
      const { page, type, printed } = await start('cluster --port 0 --timeout 2000 --web');
      expect(await page.locator('.node:not(.client)').count()).to.equal(4);
      type('set colour blue');
      const log = panel(page, 'log');
      for (const row of [1, 2, 3, 4]) await log.locator(`tbody tr:nth-child(${row}) td.filled`).waitFor();
      expect(await log.locator('td.filled').first().getAttribute('title')).to.equal('set colour blue');
      await say(page, 'get colour');
      await printed('page> get colour');
      await panel(page, 'console').getByText(/^"blue"; /).waitFor();
      // The way of a request, message by message.
      await page.getByRole('button', { name: 'Go to where n2 began' }).click();
      await page.getByText(/As a space-time diagram/).click();
      const drawn = async (): Promise<string> => decodeURIComponent((await page.locator('img.chart').getAttribute('src'))!);
      await page.locator('img.chart[src*="pre-prepare%20v0%20n2"]').waitFor();
      // Where all takes long the last of it is further on.
      for (let steps = 0; steps < 200 && !(await drawn()).includes('commit v0 n2'); steps += 1) await page.keyboard.press('ArrowRight');
      expect(await drawn()).to.include('commit v0 n2');
      await page.getByRole('button', { name: 'Live' }).click();
      await node(page, 'R0').click();
      await deed(page, 'Kill');
      await printed('Node 0 is gone: it was killed');
      await page.locator('.node.down', { hasText: 'R0' }).waitFor();
      await page.getByRole('textbox', { name: 'request' }).fill('set colour red');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      await panel(page, 'view-change').getByText(/^View 1 is asked for by (R[123], ){2}R[123], and begun by R1. A quorum is 3.$/).waitFor();
      expect(await log.locator('h2').innerText()).to.match(/^View 1/);
      await deed(page, 'Restart');
      await page.getByRole('alert').getByText('would not know any more what it promised').waitFor();
    });

    it('starts a node again that was killed, with what it has on disk', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'generals-live-'));
      try {
        const { page, printed } = await start(`cluster --port 0 --data ${folder}/c --web`);
        await say(page, 'set a 1');
        await panel(page, 'log').locator('tbody tr:nth-child(4) td.filled').waitFor();
        await node(page, 'R3').click();
        await deed(page, 'Kill');
        await page.locator('.node.down', { hasText: 'R3' }).waitFor();
        await say(page, 'set a 2');
        await panel(page, 'log').locator('tbody tr:nth-child(1) td.filled').nth(1).waitFor();
        await deed(page, 'Restart');
        await printed('Node 3 is there again');
        await page.locator('.node.up', { hasText: 'R3' }).waitFor();
        await panel(page, 'log').locator('tbody tr:nth-child(4) td.filled').nth(1).waitFor();
      } finally {
        child?.kill('SIGINT');
        if (child?.exitCode === null) await once(child, 'exit');
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('says what cannot be', async () => {
      const { page, type } = await start('cluster --port 0 --web');
      type('kill 9');
      await page.getByRole('alert').getByText('kill takes one of the nodes 0 to 3, not "9"').waitFor();
      await say(page, 'set a');
      await page.getByRole('alert').getByText('send get <key>, or set <key> <value>').waitFor();
    });
  });
});
