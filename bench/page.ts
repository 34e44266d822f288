import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { chromium, type Browser, type Page } from 'playwright-core';
import { wholePage } from '../src/web/server/files.ts';
import { crowdTrace } from '../test/support/crowds.ts';
import { inTurn, type Row } from './measure.ts';

/** Orders whose watching must not stutter. */
const ORDERS = [
  { what: 'OM(2) among 7', hash: '#n=7&seed=1&protocol=oral&do=g-elect+1;g-state+2+faulty;actual-order+attack&at=0&who=3', limit: 1000 / 60 },
  { what: 'OM(3) among 10', hash: '#n=10&seed=1&protocol=oral&do=g-elect+1;g-state+2+faulty;actual-order+attack&at=0&who=3', limit: 1000 / 30 },
] as const;

const PAIRS = 3;

/** How soon the page is there, from a disk, and what a frame of an order under way takes its main thread: painting, which a machine without a GPU does by hand, included. */
export async function benchPage(report: (row: Row) => void): Promise<void> {
  const path = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((one) => one !== '');
  if (path === undefined) return console.error('page: chromium is not installed, so nothing is measured');
  const folder = mkdtempSync(join(tmpdir(), 'generals-bench-page-'));
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const file = join(folder, 'lab.html');
    const page = wholePage();
    writeFileSync(file, page);
    report({ what: 'lab.html, kB (300)', ours: page.length / 1000, theirs: 300, ratio: page.length / 300_000, limit: 1 });
    const empty = join(folder, 'empty.html');
    writeFileSync(empty, '<!doctype html><meta charset="utf-8"><p data-general="1">G1</p>');
    // What a browser still does about its own start is no page's.
    await firstArmy(browser, `file://${empty}`);
    // What the browser itself takes is in both.
    report(await inTurn('from a disk to the first army, ms, beside a page of one line', PAIRS, () => firstArmy(browser, `file://${file}`), () => firstArmy(browser, `file://${empty}`)));
    report(await inTurn('from a disk to the first army, ms (1000)', PAIRS, () => firstArmy(browser, `file://${file}`), async () => 1000, 1));
    for (const { what, hash, limit } of ORDERS)
      report(await inTurn(`a frame of ${what}, ms of the main thread (${limit.toFixed(1)})`, PAIRS, () => frame(browser, `file://${file}${hash}`), async () => limit, 1));
    const crowd = join(folder, 'crowd.jsonl');
    writeFileSync(crowd, crowdTrace(1000));
    report(await inTurn('a frame of 1,000 peers, ms of the main thread (33.3)', PAIRS, () => frame(browser, `file://${file}`, (opened) => watchFile(opened, crowd)), async () => 1000 / 30, 1));
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function firstArmy(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage();
  const start = performance.now();
  await page.goto(url);
  await page.locator('[data-general]').first().waitFor();
  const taken = performance.now() - start;
  await page.close();
  return taken;
}

async function watchFile(page: Page, file: string): Promise<void> {
  await page.getByRole('tab', { name: 'Files' }).click();
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.getByRole('button', { name: 'Watch it' }).click();
  await page.locator('.crowd canvas').waitFor();
}

async function frame(browser: Browser, url: string, prepare: (page: Page) => Promise<void> = async () => undefined): Promise<number> {
  const page: Page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(url);
  await prepare(page);
  const play = page.getByRole('button', { name: 'Play' });
  await play.waitFor();
  const client = await page.context().newCDPSession(page);
  // What others do on this machine is not counted.
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async (): Promise<number> => (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  await play.click();
  const before = await busy();
  const frames = await page.evaluate(() => new Promise<number>((resolve) => {
    const start = performance.now();
    let count = 0;
    const next = (time: number): void => {
      count += 1;
      if (time - start < 3000) requestAnimationFrame(next);
      else resolve(count);
    };
    requestAnimationFrame(next);
  }));
  const taken = ((await busy()) - before) / frames;
  await page.close();
  return taken;
}
