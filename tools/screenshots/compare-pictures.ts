import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { RunningApp } from '#tools/running-app/app.ts';
import { openPage } from '#tools/running-app/browser.ts';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';

/** Long enough for a whole run, on a machine that does other work as well. */
const patience = 180_000;

/**
 * A run of the Compare page with the loaded model: in progress, finished in both themes, and its export.
 *
 * @returns what is wrong on the pages
 */
export async function takeComparePictures(
  folder: string,
  app: RunningApp,
  browser: Browser,
): Promise<string[]> {
  const { page, context, complaints } = await openPage(browser, app.url, {
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
    acceptDownloads: true,
  });
  const faults: string[] = [];
  const take = async (name: string) => {
    faults.push(...(await layoutFaults(page)).map(fault => `${name}: ${fault}`));
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    console.log(`docs/images/${name}.png`);
  };
  await page.getByRole('list', { name: 'The loaded model' }).waitFor();
  await page.keyboard.press('Alt+3');
  await setUp(page);
  await page.getByRole('button', { name: 'Measure', exact: true }).click();
  const progress = page.getByRole('region', { name: 'Progress of the run' });
  // Whichever it is: each of them takes only moments.
  await progress.getByText(/, round 3$/).waitFor({ timeout: patience });
  await take('compare-running');
  const result = page.getByRole('article', { name: 'The run' });
  await result.waitFor({ timeout: patience });
  await page.setViewportSize({ width: 1280, height: 2900 });
  await take('compare-result-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take('compare-result-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await showExport(page);
  await page.screenshot({ path: path.join(folder, 'compare-export.png') });
  console.log('docs/images/compare-export.png');
  await context.close();
  return [...faults, ...complaints];
}

/** Three caches, every part of a run. */
async function setUp(page: Page): Promise<void> {
  const depths = page.getByRole('group', { name: 'Behind so many tokens' });
  await depths.getByRole('button', { name: '512', exact: true }).click();
  await depths.getByRole('button', { name: '2k', exact: true }).click();
  for (const part of ['Answers side by side', 'Answers at the same time']) {
    await page.getByRole('checkbox', { name: part }).click();
  }
}

/** The Markdown export, opened as the text file that it is. */
async function showExport(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'As Markdown' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  await page.goto('about:blank');
  await page.setContent('<pre style="font-size:13px;line-height:19px;margin:24px"></pre>');
  await page.locator('pre').evaluate((element, content) => {
    element.textContent = content;
  }, text);
}
