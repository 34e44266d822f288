import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Army } from '../../src/generals/army.ts';
import { factsOf } from '../../src/generals/trace/facts.ts';
import { linesOfFacts } from '../../src/generals/trace/jsonl.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { readDemos } from '../../src/repl/demo-files.ts';
import { wholePage } from '../../src/web/server/files.ts';
import { servePage } from '../../src/web/server/serve.ts';
import { browserUnavailable, openBrowser, watch, type Watched } from '../support/browser.ts';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { MINE, SPY, edited } from '../support/own.ts';
import { MAIN, generals, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

/** Four who follow OM(1), G3 a traitor, and one order. */
const ORDERED = '#n=4&seed=1&protocol=oral&do=g-elect+1;g-state+3+faulty;actual-order+attack';

const general = (page: Page, id: number): ReturnType<Page['locator']> => page.locator(`[data-general="${id}"]`).first();

/** What the ring shows, as text: every general and message with its place. */
const picture = (page: Page): Promise<string> => page.locator('svg.field').first().innerHTML();

describe('the page in a browser', () => {
  let browser: Browser;
  let folder: string;
  let file: string;
  let opened: Watched;

  before(async function () {
    if (browserUnavailable !== undefined) skip(this, browserUnavailable);
    browser = await openBrowser();
    folder = mkdtempSync(join(tmpdir(), 'generals-page-'));
    writeFileSync(join(folder, 'lab.html'), wholePage());
    file = `file://${join(folder, 'lab.html')}`;
  });

  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Nothing may go wrong, whatever a test does. */
  afterEach(async () => {
    const { wrong } = opened;
    await opened.close();
    expect(wrong).to.deep.equal([]);
  });

  const open = async (hash = '', options: Parameters<typeof watch>[2] = { offline: true }): Promise<Page> => {
    opened = await watch(browser, `${file}${hash}`, options);
    return opened.page;
  };

  it('is one file below 300 kB that works without a network, and shows something', async () => {
    expect(readFileSync(join(folder, 'lab.html')).length).to.be.lessThan(300_000);
    const page = await open();
    expect(await page.locator('[data-general]').count()).to.equal(4);
    expect((await page.screenshot()).length, 'a blank picture would be smaller').to.be.greaterThan(20_000);
  });

  it('begins with the parts of its script that the first view needs, and then reads the rest', async () => {
    const about = /\((\{"sizes":.*\})\);<\/script>/.exec(readFileSync(join(folder, 'lab.html'), 'utf8'))![1]!;
    const { sizes, scripts } = JSON.parse(about) as { readonly sizes: [string, number][]; readonly scripts: Readonly<Record<'page' | 'lab' | 'rest', string[]>> };
    const bytes = (names: readonly string[]): number => sizes.reduce((sum, [name, size]) => sum + (names.includes(name) ? size : 0), 0);
    expect(bytes(scripts.page), 'which draws the army').to.be.within(20_000, 80_000);
    expect(bytes(scripts.lab), 'which runs its orders').to.be.within(20_000, 320_000);
    expect(bytes(scripts.rest), 'which the page reads afterwards').to.be.greaterThan(4 * bytes(scripts.page));
    const page = await open();
    await page.waitForFunction((rest) => rest.every((name) => name in (globalThis as unknown as { generalsParts: { made: object } }).generalsParts.made), scripts.rest);
  });

  it('gives an order by a click, and says what came of it as the prompt does', async () => {
    const page = await open();
    await general(page, 3).click();
    await page.locator('[data-panel="general"] select').selectOption('liar');
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.getByText('Agreement holds.').waitFor();
    await page.getByRole('button', { name: 'Show log' }).click();
    const said = await page.locator('[data-panel="console"]').innerText();
    await using army = await Army.muster(4, { host: 'sim', seed: 1, traitors: { 3: 'liar' } });
    const { verdict } = await army.order('attack');
    expect(said).to.include(`${verdict.votes} out of ${verdict.members} quorum suggest ${verdict.order}`);
  });

  it('goes forward and back by keys, and back shows the very same picture', async () => {
    const page = await open(`${ORDERED}&at=0`);
    const pictures: string[] = [];
    for (let step = 0; step <= 3; step += 1) {
      pictures.push(await picture(page));
      if (step < 3) await page.keyboard.press('ArrowRight');
    }
    expect(new Set(pictures).size).to.equal(4);
    for (let step = 2; step >= 0; step -= 1) {
      await page.keyboard.press('ArrowLeft');
      expect(await picture(page), `step ${step}`).to.equal(pictures[step]);
    }
    await page.keyboard.press('End');
    expect(await picture(page)).to.equal(pictures[3]);
    await page.keyboard.press('Home');
    expect(await picture(page)).to.equal(pictures[0]);
  });

  it('shows the moment that a link names, and names the moment that it shows', async () => {
    const page = await open(`${ORDERED}&at=1.5&who=2`);
    expect(await page.locator('.sentence').innerText()).to.match(/^Round 2 of 2: 6 messages/);
    expect(await page.locator('[data-panel="general"] h2').innerText()).to.match(/^G2/);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => location.hash.includes('at=2'));
    const link = page.url();
    const before = await picture(page);
    await opened.close();
    const again = await open(link.slice(link.indexOf('#')));
    expect(await picture(again)).to.equal(before);
  });

  it('tells why a general decided so, and lights up the messages that fixed it', async () => {
    const page = await open(`${ORDERED}&at=2&who=2`);
    await page.getByRole('button', { name: 'Why does G2 decide so?' }).click();
    await page.locator('[data-panel="why"]').waitFor();
    expect(await page.locator('[data-panel="why"]').innerText()).to.include('G2 decided attack because of what it heard');
    expect(await page.locator('[data-panel="tree"]').innerText()).to.include('majority attack');
    expect(await page.locator('.message.cause').count()).to.be.greaterThan(0);
    expect(await page.locator('[data-panel="inbox"] li.cause').count()).to.be.greaterThan(1);
  });

  it('changes a message: the run as it was on the left, and the first difference marked on the right', async () => {
    const page = await open(`${ORDERED}&at=2`);
    await page.locator('[data-message="4-2"]').first().click();
    await page.getByRole('button', { name: 'Drop it' }).click();
    await page.getByRole('button', { name: 'Keep the right one' }).waitFor();
    expect(await page.locator('svg.field').count()).to.equal(2);
    expect(await page.locator('svg.field').nth(1).locator('.differs').count()).to.equal(1);
    expect(page.url()).to.include('fork=2.4.2.0.silence');
    await page.getByRole('button', { name: 'Keep the right one' }).click();
    await page.getByText('2 traitors').waitFor();
    await page.getByText('Repeat it at the prompt').click();
    expect(await page.locator('[data-panel="script"]').innerText()).to.include('choose 4 ').and.to.include('actual-order attack anyway');
    // The browser's own back leads to the run as it was.
    await page.goBack();
    await page.getByText('1 traitor', { exact: true }).waitFor();
  });

  it('tries every treason without holding up the page, and plays the smallest lie', async () => {
    const page = await open('#n=3&seed=1&protocol=oral&do=g-elect+1;g-protocol+oral+1;g-state+2+faulty');
    await page.getByRole('tab', { name: 'Proof' }).click();
    await page.locator('[data-panel="proof"]').getByRole('button', { name: 'Try every treason' }).click();
    await page.getByText('A treason does harm').waitFor();
    await page.getByRole('button', { name: 'Play the smallest lie' }).click();
    await page.getByText('Validity violated').waitFor();
  });

  it('counts odds beside exact values', async () => {
    const page = await open('#n=4&seed=1');
    await page.getByRole('tab', { name: 'Odds' }).click();
    await page.getByRole('combobox', { name: 'orders a row' }).selectOption('500');
    await page.getByRole('button', { name: 'Count', exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 4);
    expect(await page.locator('svg.curve circle').count()).to.be.greaterThan(3);
    expect(await page.locator('tbody tr').first().innerText()).to.match(/^0\s+500\s+100 %/);
    await page.getByRole('button', { name: 'Count for the army as it stands' }).click();
    await page.locator('[data-panel="campaign"]').getByText('10,000 orders').waitFor();
  });

  it('has every demo as a story, sentence by sentence, and back', async () => {
    const page = await open('#view=story');
    expect(await page.locator('.stories li').count()).to.equal(readDemos().length);
    const demo = readDemos().find(({ name }) => name === 'three-generals')!;
    await page.getByRole('button', { name: demo.summary }).click();
    const sentences = demo.lines.filter((line) => line.startsWith('#')).map((line) => line.replace(/^# */, ''));
    const told: string[] = [];
    for (;;) {
      await page.locator('[data-panel="story"] .told').first().waitFor();
      told.push(...(await page.locator('[data-panel="story"] .told').allInnerTexts()));
      const next = page.locator('[data-panel="story"]').getByRole('button', { name: 'Next' });
      if (await next.isDisabled()) break;
      await next.click();
    }
    expect(told).to.deep.equal(sentences);
    const at = await page.locator('[data-panel="story"] .count').innerText();
    await page.locator('[data-panel="story"]').getByRole('button', { name: 'Back' }).click();
    expect(await page.locator('[data-panel="story"] .count').innerText()).not.to.equal(at);
  });

  it('opens a trace that was written before, and what is none it refuses in one line', async () => {
    await using army = await Army.muster(4, { host: 'sim', seed: 1, primary: 1, protocol: 'oral', traitors: [3] });
    const path = join(folder, 'order.jsonl');
    writeFileSync(path, linesOfFacts(factsOf(await army.order('attack'))));
    const page = await open('#view=files');
    await page.locator('input[type="file"]').setInputFiles(path);
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.getByText('An order of order.jsonl.').waitFor();
    await general(page, 2).click();
    await page.locator('[data-panel="inbox"] li').first().waitFor();
    expect(await page.getByRole('button', { name: /^Why|^Kill/ }).count(), 'nobody is there to be asked').to.equal(0);
    await page.getByText('Agreement holds.').waitFor();
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.locator('input[type="file"]').setInputFiles(projectPath('package.json'));
    await page.getByRole('alert').getByText('package.json: line').waitFor();
    const log = join(folder, 'outputfile.txt');
    writeFileSync(log, '2026-01-02 03:04:05 [PEER-127.0.0.1:6000] Ready\n');
    await page.locator('input[type="file"]').setInputFiles(log);
    await page.getByText('1 line', { exact: true }).waitFor();
    await page.getByText('In sentences').click();
    await page.locator('[data-panel="files"] pre', { hasText: '2026-01-02 03:04:05 [PEER-127.0.0.1:6000] Ready' }).waitFor();
    expect(await page.locator('img.chart').evaluate((image) => (image as HTMLImageElement).naturalWidth)).to.be.greaterThan(100);
    // Whatever is looked at, a file may be dropped there; the browser would leave the page for it.
    await page.getByRole('tab', { name: 'Army' }).click();
    const isTaken = await page.locator('main').evaluate((main, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], 'dropped.jsonl'));
      return ['dragover', 'drop'].map((type) => !main.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })));
    }, readFileSync(path, 'utf8'));
    expect(isTaken).to.deep.equal([true, true]);
    await page.locator('[data-panel="files"] h3', { hasText: 'dropped.jsonl 1 run, a trace of orders' }).waitFor();
  });

  it('opens the report of a campaign as it lies in its folder, with what is trivial, and says why others of its files do not open', async () => {
    const out = join(folder, 'campaign');
    expect((await generals(['campaign', '--members', '4,5', '--faults', '0..3', '--orders', '300', '--seed', '3', '--out', out])).code).to.equal(0);
    const page = await open('#view=files');
    const choose = (name: string): Promise<void> => page.locator('input[type="file"]').setInputFiles(join(out, name));
    for (const name of ['report.html', 'results.json']) {
      await choose(name);
      await page.locator('h3', { hasText: name }).waitFor();
      expect(await page.locator('tbody tr').allInnerTexts()).to.have.length(4);
      expect(await page.locator('tbody tr').last().innerText()).to.match(/^3\s+300\s+trivial\s+trivial\s*$/);
      expect(await page.locator('svg.curve .agreement circle').count(), 'three that say something, and the legend').to.equal(4);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing sticks out on a phone').to.be.at.most(390);
    await choose('results.csv');
    await page.getByRole('alert').getByText('"results.csv" is a table for other programs: open results.json beside it').waitFor();
  });

  it('can be used by keyboard alone, and says what it shows to who cannot see it', async () => {
    const page = await open(`${ORDERED}&at=1`);
    await page.keyboard.press('3');
    expect(await general(page, 3).getAttribute('aria-pressed')).to.equal('true');
    expect(await general(page, 3).getAttribute('aria-label')).to.equal('G3, secondary, traitor (coin), leans to retreat');
    await general(page, 2).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-panel="general"] h2', { hasText: 'G2' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('g-seed 5\n');
    await page.locator('[data-panel="console"]').getByText('seed 5').first().waitFor();
    await page.keyboard.press('?');
    const unnamed = await page.evaluate(() => [...document.querySelectorAll('button, input, select')].filter((one) => {
      const label = one.getAttribute('aria-label') ?? one.textContent ?? '';
      return label.trim() === '' && (one as HTMLInputElement).labels?.length !== 1;
    }).map((one) => one.outerHTML));
    expect(unnamed).to.deep.equal([]);
  });

  it('moves for who wants that, and holds still for who does not', async () => {
    const still = await open();
    await still.getByRole('button', { name: 'Attack!' }).click();
    await still.getByText('Agreement holds.').waitFor();
    await opened.close();
    const page = await open('', { offline: true, reducedMotion: 'no-preference' });
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('4');
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.locator('.message').first().waitFor();
    await page.getByText('Agreement holds.').waitFor();
  });

  it('has no more on a line than fits on a phone, and letters that can be read in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open(`${ORDERED}&who=2`, { offline: true, viewport: { width: 390, height: 844 }, colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing sticks out').to.be.at.most(390);
      const [ink, ground, faint, panel] = await page.evaluate(() => ['--ink', '--ground', '--faint', '--panel'].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()));
      expect(contrast(ink!, ground!)).to.be.at.least(7);
      expect(contrast(faint!, panel!), 'WCAG 2.2, 1.4.3').to.be.at.least(4.5);
      const small = await page.evaluate(() => [...document.querySelectorAll('p, li, button, label, td, summary, pre')].filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML.slice(0, 80)));
      expect(small).to.deep.equal([]);
      if (colorScheme === 'light') await opened.close();
    }
  });

  it('has nothing that sticks out on a phone, whatever is looked at, and letters to be read in its pictures', async () => {
    const page = await open('', { offline: true, viewport: { width: 390, height: 844 } });
    const look = async (what: string): Promise<void> => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth), what).to.be.at.most(390);
      expect(await smallLetters(page, 12), what).to.deep.equal([]);
    };
    for (const name of ['Proof', 'Odds', 'Nodes', 'Story', 'Files', 'Army']) {
      await page.getByRole('tab', { name }).click();
      await page.locator(`#view.view-${name.toLowerCase()}`).waitFor();
      if (name === 'Odds') await page.getByRole('button', { name: 'Count', exact: true }).click();
      const picture = { Odds: 'svg.curve', Nodes: 'svg.nodes-ring', Army: 'svg.field' }[name];
      if (picture !== undefined) await page.locator(picture).waitFor();
      await look(name);
    }
    await page.locator('#line').fill('g-muster 30');
    await page.locator('#line').press('Enter');
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.getByText('Agreement holds.').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.locator('.message').first().waitFor();
    await look('thirty generals');
  });

  for (const { what, hash } of [{ what: 'generals', hash: ORDERED }, { what: 'nodes', hash: '#view=nodes&system=gossip&n=12&seed=1&at=30000' }])
    it(`has no word in a ring of ${what} that lies on another one, or beyond the picture`, async () => {
      const page = await open(hash);
      await page.locator('.sort').first().waitFor();
      for (const [width, height] of [[1920, 1080], [1280, 720], [390, 844]] as const) {
        await page.setViewportSize({ width, height });
        await page.locator(`svg.field[viewBox^="0 0 ${width > 700 ? 6 : 4}"]`).waitFor();
        expect(await misplaced(page), `${width} × ${height}`).to.deep.equal([]);
      }
    });

  it('can be read from the last row where there is little room: under a story, and beside another run', async () => {
    /** In pixels. */
    const letters = (page: Page): Promise<number> => page.locator('.general .name').first().evaluate((name) => parseFloat(getComputedStyle(name).fontSize) * (name as SVGGraphicsElement).getScreenCTM()!.d);
    const story = await open('#story=three-generals&step=3&view=story');
    await story.locator('.told').first().waitFor();
    expect(await letters(story)).to.be.at.least(13);
    const isCovered = await story.evaluate(() => {
      const [back] = document.querySelector('.story .deeds')!.getClientRects();
      const text = document.createRange();
      text.selectNodeContents(document.querySelector('.told')!);
      return [...text.getClientRects()].some(({ right, top, bottom }) => right > back!.left && top < back!.bottom && bottom > back!.top);
    });
    expect(isCovered, 'no button stands on a sentence').to.equal(false);
    await opened.close();
    const beside = await open(`${ORDERED}&at=2&fork=2.4.2.0.silence`);
    await beside.locator('svg.field').nth(1).waitFor();
    expect(await letters(beside)).to.be.at.least(13);
  });

  for (const { name } of PROTOCOLS) {
    it(`shows an order of ${name}, and why each decided so`, async () => {
      const page = await open(`#n=4&seed=2&protocol=${name}&do=g-elect+1;g-state+3+faulty;actual-order+attack+anyway`);
      for (const id of [2, 3, 4]) {
        await general(page, id).click();
        await page.getByRole('button', { name: `Why does G${id} decide so?` }).click();
        await page.locator('[data-panel="why"]').getByText(`G${id} decided`).waitFor();
        expect(await page.locator('[data-panel="inbox"] li').count()).to.be.greaterThan(0);
      }
    });
  }

  it('is saved as a picture of its own, such as the README has', async () => {
    const page = await open(`#n=7&seed=7&protocol=oral&do=g-elect+1;g-state+2+faulty;g-state+5+faulty;actual-order+attack&at=1.55`);
    await page.getByText('Save what is seen as').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Picture', exact: true }).click()]);
    const picture = readFileSync(await download.path(), 'utf8');
    if (process.env['UPDATE'] === '1') writeFileSync(projectPath('docs/ring.svg'), picture);
    // Browsers write rules of style in their own ways.
    const drawn = (text: string): string => text.replace(/<style[^]*<\/style>/, '');
    expect(drawn(readFileSync(projectPath('docs/ring.svg'), 'utf8')) === drawn(picture), 'docs/ring.svg is what the page makes: UPDATE=1 writes it anew').to.equal(true);
    expect(picture).not.to.match(/https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });

  it('folds a round of thousands of messages, and stays usable', async () => {
    const page = await open('#n=10&seed=1&protocol=oral&do=g-elect+1;actual-order+attack&at=4');
    expect(await page.locator('.message').count()).to.equal(72);
    expect(await page.locator('.message').first().getAttribute('aria-label')).to.match(/^G\d+ to G\d+: 42 messages, 42 attack, 0 retreat$/);
  });

  it('draws of a hundred generals what the chosen one says and hears', async () => {
    const page = await open('#n=100&seed=1&do=g-elect+1;actual-order+attack&at=2');
    await page.getByText('choose a general to see its own').waitFor();
    expect(await page.locator('.message').count()).to.equal(0);
    await page.keyboard.press('2');
    await page.getByText('those of G2').waitFor();
    expect(await page.locator('.message').count()).to.equal(2 * 98);
  });

  it('is served, with a thread of its own, under the policy that the server sends', async () => {
    const server = await servePage(0);
    try {
      opened = await watch(browser, server.url);
      await opened.page.getByRole('tab', { name: 'Proof' }).click();
      await opened.page.locator('[data-panel="proof"]').getByRole('button', { name: 'Try every treason' }).click();
      await opened.page.getByText('No treason does harm').waitFor();
    } finally {
      await server.close();
    }
  });

  it('has a protocol and a traitor of somebody’s own, and says how to repeat that at the prompt', async () => {
    const [mine, spy, out] = [join(folder, 'mine.ts'), join(folder, 'spy.ts'), join(folder, 'own.html')];
    writeFileSync(mine, MINE);
    writeFileSync(spy, SPY);
    expect((await generals(['web', '--out', out, '--protocol', mine, '--strategy', spy])).err).to.equal('');
    opened = await watch(browser, `file://${out}#n=4&seed=1&protocol=mine&do=g-elect+1`, { offline: true });
    const { page } = opened;
    await general(page, 3).click();
    await page.locator('[data-panel="general"] select').selectOption('spy');
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.getByText('Agreement holds.').waitFor();
    expect(await page.locator('#lab').innerText()).to.include('tell each other what the commander said, and take the majority');
    await page.getByText('Repeat it at the prompt').click();
    expect(await page.locator('details').filter({ hasText: 'Repeat it' }).innerText()).to.include(`generals run --protocol ${mine} --strategy ${spy}`).and.include('g-state 3 faulty spy');
  });

  it('ends code of somebody’s own that does not come back, in a sentence, and goes on with the army as it was', async () => {
    const [mine, out] = [join(folder, 'endless.ts'), join(folder, 'endless.html')];
    writeFileSync(mine, edited('return [];', "if (event.input === 'retreat') for (;;);\n      return [];", edited("'mine'", "'endless'")));
    expect((await generals(['web', '--out', out, '--protocol', mine])).err).to.equal('');
    // Its ten seconds pass at once.
    opened = await watch(browser, `file://${out}#n=4&seed=1&protocol=endless&do=g-elect+1;g-state+3+faulty`, { offline: true, hasClock: true });
    const { page } = opened;
    await page.getByRole('button', { name: 'Retreat!' }).click();
    await page.clock.fastForward(2000);
    await page.clock.fastForward(12_000);
    await page.getByRole('alert').getByText('"actual-order retreat" was ended, as code of your own did not come back for 10 s: the army is as it was before').waitFor();
    await page.getByText('1 traitor', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.getByText('Agreement holds.').waitFor();
    await page.clock.fastForward(60_000);
    await page.getByRole('button', { name: 'Show log' }).click();
    expect(await page.locator('[data-panel="console"] .typed').allInnerTexts()).to.deep.equal(['g-elect 1', 'g-state 3 faulty', 'actual-order attack'].map((line) => `generals> ${line}`));
  });

  it('shows what is typed at a prompt, and the prompt what is clicked there', async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    writeFileSync(join(folder, 'live.ts'), edited("'mine'", "'live'"));
    const pty = openPty([process.execPath, MAIN, '4', '--seed', '1', '--protocol', join(folder, 'live.ts'), '--web'], { cols: 120, rows: 40 });
    try {
      await pty.until(/http:\S+\n[^]*generals>/);
      const [url] = /http:\S+/.exec(pty.screen().join('\n'))!;
      opened = await watch(browser, url);
      const { page } = opened;
      await page.getByText('tell each other what the commander said').first().waitFor();
      pty.type('g-state 3 faulty\r');
      await page.getByText('1 traitor', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Retreat!' }).click();
      await pty.until('page> actual-order retreat');
      await pty.until('Execute order:');
      await page.getByText('Agreement holds.').waitFor();
      await general(page, 2).click();
      await page.getByRole('button', { name: 'Why does G2 decide so?' }).click();
      await page.locator('[data-panel="why"]').waitFor();
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
});

/** What is written in pictures in letters of fewer pixels. */
const smallLetters = (page: Page, pixels: number): Promise<string[]> =>
  page.locator('svg text').evaluateAll(
    (texts, least) =>
      texts.flatMap((text) => {
        const size = parseFloat(getComputedStyle(text).fontSize) * (text as SVGGraphicsElement).getScreenCTM()!.a;
        return size >= least || text.textContent === '' ? [] : [`${text.textContent}: ${size.toFixed(1)}`];
      }),
    pixels,
  );

/** Words in a ring that lie on another one, or beyond the picture. */
const misplaced = (page: Page): Promise<string[]> =>
  page.locator('svg.field').evaluate((field) => {
    const whole = field.getBoundingClientRect();
    const isIn = ({ left, right, top, bottom }: DOMRect): boolean => left >= whole.left && right <= whole.right && top >= whole.top && bottom <= whole.bottom;
    const isOn = (one: DOMRect, other: DOMRect): boolean =>
      Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2;
    const all = [...field.querySelectorAll('.sort, .body')].map((part) => ({ owner: part.closest('g'), text: part.textContent, box: part.getBoundingClientRect() }));
    return all.filter(({ text }) => text !== '').flatMap(({ owner, text, box }) => [
      ...(isIn(box) ? [] : [`${text} is not in the picture`]),
      ...all.filter((other) => other.owner !== owner && isOn(box, other.box)).map((other) => `${text} lies on ${other.text || 'a node'}`),
    ]);
  });

/** The contrast of two colours, `#rrggbb` (WCAG 2.2, relative luminance). */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map((colour) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }).toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
