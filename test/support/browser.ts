import { spawnSync } from 'node:child_process';
import { chromium, type Browser, type Page } from 'playwright-core';

const PATH = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((path) => path !== '');

/** Why there is no browser here; undefined if there is. */
export const browserUnavailable: string | undefined = PATH === undefined ? 'chromium is not installed' : undefined;

/** A real browser, without a window. Its processes are its own, and not a zygote's: so they are counted where the CPU of tests is. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: PATH!, args: ['--no-sandbox', '--no-zygote', '--disable-gpu'] });

/** A page, and all that went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, errors that nobody caught, and requests that left the page’s own place. */
  readonly wrong: readonly string[];
  close(): Promise<void>;
}

/** How a page is looked at: as at a desk, holding still, where nothing else is said. */
export interface Look {
  readonly offline?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly colorScheme?: 'light' | 'dark';
  /** Whether the test has its clock go on, which nobody else can have afterwards. */
  readonly hasClock?: boolean;
}

/** Pages that nobody looks at any more. A browser takes four times as long to begin one as to load it anew. */
const idle = new WeakMap<Browser, Page[]>();

/** Loads a page, of which nothing is left when it is closed. @param url where it may ask; nothing but itself, for a file */
export async function watch(browser: Browser, url: string, { offline = false, viewport = { width: 1280, height: 720 }, reducedMotion = 'reduce', colorScheme = 'light', hasClock = false }: Look = {}): Promise<Watched> {
  const others = idle.get(browser) ?? [];
  idle.set(browser, others);
  const page = (hasClock ? undefined : others.pop()) ?? (await (await browser.newContext()).newPage());
  if (hasClock) await page.clock.install();
  await Promise.all([page.context().setOffline(offline), page.setViewportSize(viewport), page.emulateMedia({ reducedMotion, colorScheme })]);
  const wrong: string[] = [];
  const own = url.startsWith('file:') ? 'file:' : new URL(url).origin;
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('request', (request) => { if (!request.url().startsWith(own) && !/^(blob|data):/.test(request.url())) wrong.push(`request: ${request.url()}`); });
  await page.goto(url);
  await page.locator('header nav').waitFor();
  return {
    page,
    wrong,
    async close() {
      page.removeAllListeners();
      // Its threads end with it, and it asks nobody any more.
      await page.goto('about:blank');
      if (hasClock) await page.context().close();
      else others.push(page);
    },
  };
}
