import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { findBrowser } from '../setup/browser.mjs';

/** The browser of this machine, without anything that would reach out by itself. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error('There is no browser. Install Chromium, or set HEADROOM_BROWSER to one.');
  }
  return await chromium.launch({
    executablePath,
    args: [
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

/** A page of the app, and everything that it should not have done. */
export interface AppPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on its console, uncaught ones, policy violations, requests to anywhere else. */
  readonly complaints: readonly string[];
}

/** Opens the app's address like a person does, in a profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<AppPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const origin = new URL(url).origin;
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.stack ?? error.message));
  page.on('request', request => {
    const { protocol } = new URL(request.url());
    if (new URL(request.url()).origin !== origin && protocol !== 'data:' && protocol !== 'blob:') {
      complaints.push(`request to ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, context, complaints };
}
