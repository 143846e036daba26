import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { rateDigits } from '#renderer/compare/rate-digits.ts';
import { comparisonResultSchema } from '#shared/compare/comparison.ts';
import { appUnderTest } from './app-under-test.ts';
import { ask, changeSettings } from './chat-page.ts';
import {
  figures,
  measure,
  measureButton,
  progressOf,
  result,
  shorten,
  showCompare,
} from './compare-page.ts';

const shared = appUnderTest('tiny');

const savedRuns = (page: Page) => page.getByRole('list', { name: 'Saved runs' });

test('a finished run is not kept, or comes back with other figures, or without its name', async () => {
  const page = await shared.open();
  await showCompare(page);
  await shorten(page);
  await measure(page);
  // For those who do not see them.
  await page.getByText(/: the figures are there\.$/).waitFor({ state: 'attached' });
  const names = figures(page).getByRole('rowheader');
  expect(await names.allTextContents()).toEqual(['f16', 'q8_0', 'q4_0']);
  await result(page).getByText('Measured once: too few').waitFor();
  await result(page)
    .getByText(/q4_0 changes the most likely next token in/)
    .waitFor();
  const before = await figures(page).innerText();

  const name = page.getByRole('textbox', { name: 'Name of the run' });
  await name.fill('Before the new memory');
  await page.keyboard.press('Enter');
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('Two windows open.');
  await note.blur();
  await page.getByRole('button', { name: 'Saved runs (1)' }).click();
  await savedRuns(page)
    .getByRole('button', { name: /^Before the new memory/ })
    .waitFor();

  await page.reload();
  await figures(page).waitFor();
  expect(await figures(page).innerText()).toBe(before);
  expect(await name.inputValue()).toBe('Before the new memory');
  expect(await note.inputValue()).toBe('Two windows open.');
});

test('an export is not what the page shows', async () => {
  const page = await shared.open();
  await showCompare(page);
  await shorten(page);
  await measure(page);
  const exported = async (entry: string) => {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: entry }).click();
    const path = await (await download).path();
    return await readFile(path, 'utf8');
  };
  const json = z
    .object({ format: z.literal('headroom-comparison'), result: comparisonResultSchema })
    .parse(JSON.parse(await exported('As JSON')));
  const decode = json.result.speed?.configurations.map(each =>
    each.outcome === 'measured' ? each.depths[0]?.decode?.tokensPerSecond.mean : undefined,
  );
  const shown = await figures(page).innerText();
  for (const rate of decode ?? []) {
    if (rate === undefined) throw new Error('A configuration was not measured.');
    expect(shown).toContain(rate.toFixed(rateDigits(rate)));
  }
  expect(await exported('As Markdown')).toContain('| q4_0');
  expect((await exported('Figures as CSV')).split('\r\n')[0]).toContain('type_k');
});

test('two runs that were kept cannot be held against each other', async () => {
  const page = await shared.open();
  await showCompare(page);
  const [other] = await shared.client.call('comparisons.list', {});
  if (other === undefined) throw new Error('The runs of the tests before are gone.');
  await shorten(page);
  await measure(page);
  await page.getByRole('button', { name: /^Saved runs/ }).click();
  await page
    .getByRole('button', { name: `Hold ${other.name} against the shown run` })
    .first()
    .click();
  const difference = page.getByRole('region', { name: /^Medians of this run/ });
  expect(await difference.getByRole('rowheader').allTextContents()).toEqual([
    ...['f16', 'q8_0', 'q4_0'],
  ]);
  expect(await difference.getByRole('row').nth(1).textContent()).toMatch(/\d → \d/);
});

test('a cancelled run leaves figures, or the chat without its model', async () => {
  const page = await shared.open();
  await showCompare(page);
  await shorten(page, { generated: 2000 });
  const kept = await shared.client.call('comparisons.list', {});
  await measureButton(page).click();
  await progressOf(page).getByText('writing').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await progressOf(page).waitFor({ state: 'detached' });
  expect(await result(page).count()).toBe(0);
  expect(await shared.client.call('comparisons.list', {})).toEqual(kept);
  await page.keyboard.press('Alt+1');
  await changeSettings(page, { answerLimit: 3 });
  await ask(page, 'Hello', 0);
});

test('the engine dies over a configuration, and the run looks whole or is lost', async () => {
  const page = await shared.open();
  const engine = await new Promise<number>(resolve => {
    shared.client.watch('engine', state => state.phase === 'ready' && resolve(state.processId));
  });
  await showCompare(page);
  await shorten(page, { generated: 4000 });
  await measureButton(page).click();
  await progressOf(page)
    .getByText(/^q8_0 .*writing/)
    .waitFor();
  process.kill(engine, 'SIGKILL');
  await result(page)
    .getByText(/^q8_0 was not measured: /)
    .waitFor({ timeout: 60_000 });
  const rows = await figures(page).getByRole('row').allTextContents();
  expect(rows[2]).toMatch(/^q8_0(not measured)+$/);
  expect(rows[3]).toMatch(/^q4_0.*\d/);
  await page.keyboard.press('Alt+1');
  await changeSettings(page, { answerLimit: 3 });
  await ask(page, 'Hello', 0);
});

test('a run cannot be set up, started and read without a mouse', async () => {
  const page = await shared.open();
  await showCompare(page);
  await shorten(page);
  await page.getByRole('button', { name: 'Add' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'K f16, V q4_0' }).waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'V of f16:q4_0' }).waitFor();
  await page.getByRole('button', { name: 'Remove q8_0' }).focus();
  await page.keyboard.press('Enter');
  await measureButton(page).focus();
  await page.keyboard.press('Enter');
  await figures(page).waitFor({ timeout: 60_000 });
  expect(await figures(page).getByRole('rowheader').allTextContents()).toEqual([
    ...['f16', 'q4_0', 'f16:q4_0'],
  ]);
});
