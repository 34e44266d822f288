import { spawnSync } from 'node:child_process';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PATH = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((path) => path !== '');

/** Why there is no browser here; undefined if there is. */
export const browserUnavailable: string | undefined = PATH === undefined ? 'chromium is not installed' : undefined;

/** A real browser, without a window. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: PATH!, args: ['--no-sandbox', '--disable-gpu'] });

/** A page, and all that went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, errors that nobody caught, and requests that left the page’s own place. */
  readonly wrong: readonly string[];
  close(): Promise<void>;
}

/** Opens a page. @param origin where it may ask; nothing but itself, for a file */
export async function watch(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  const own = url.startsWith('file:') ? 'file:' : new URL(url).origin;
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('request', (request) => { if (!request.url().startsWith(own) && !/^(blob|data):/.test(request.url())) wrong.push(`request: ${request.url()}`); });
  await page.goto(url);
  await page.locator('header nav').waitFor();
  return { page, wrong, close: () => context.close() };
}
