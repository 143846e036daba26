import { expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import { appUnderTest } from './app-under-test.ts';
import { loadedModel, messageBox } from './chat-page.ts';
import { advice, cell, longestContexts, showFit, tokensIn, untilComputed } from './fit-page.ts';

const shared = appUnderTest('tiny');

test('the 180 GB of OPT-30B and the 1024 MiB of Llama 3.1 8B are not to be seen', async () => {
  const page = await shared.open();
  await showFit(page, 'preset:opt-30b');
  const book = (tokens: string) =>
    page.getByRole('region', { name: `Cache of ${tokens} tokens by the book` });
  const opt = book('1,024').getByRole('row', { name: /^f16/ });
  expect(await opt.textContent()).toContain('(1.409 GB)');
  expect(await opt.textContent()).toContain('(180.4 GB)');

  await page.getByRole('combobox', { name: 'Architecture' }).click();
  await page.getByRole('option', { name: 'Llama 3.1 8B' }).click();
  const rows = book('8,192').getByRole('row');
  await rows.first().waitFor();
  // 1024, 544 and 288 MiB.
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining('One sequence'),
    expect.stringMatching(/^f16.*1\.00 GiB \(1\.074 GB\)$/),
    expect.stringMatching(/^q8_0.*544 MiB/),
    expect.stringMatching(/^q4_0.*288 MiB/),
  ]);
});

test('128 sequences of 1,024 tokens of OPT-30B are planned with another cache than by the book', async () => {
  const page = await shared.open();
  await showFit(page, 'preset:opt-30b');
  await untilComputed(page);
  await page.getByRole('textbox', { name: 'Context length' }).fill('1024');
  await page.keyboard.press('Enter');
  const sequences = page.getByRole('slider', { name: 'Sequences at once' });
  // The 128 is the third from the end.
  await sequences.press('End');
  await sequences.press('ArrowLeft');
  await sequences.press('ArrowLeft');
  await cell(page, 'f16', 'f16').click();
  await page.getByText('The cache: 168 GiB (180.4 GB)').waitFor();
});

test('a budget that nothing fits gets advice to load something', async () => {
  const page = await shared.open();
  await showFit(page, 'preset:llama-3.1-70b');
  await untilComputed(page);
  await page.getByRole('button', { name: 'Budget of 8 GiB' }).click();
  await advice(page).getByText('Not even the shortest context fits').waitFor();
  expect(await advice(page).getByRole('button').count()).toBe(0);
  expect(await cell(page, 'q4_0', 'q4_0').textContent()).toBe('none');
});

test('what is looked at is not what is loaded, or the load is not held against its estimate', async () => {
  const path = await ensureModel('tiny');
  const page = await shared.open();
  await showFit(page, path);
  await untilComputed(page);
  await page.getByRole('textbox', { name: 'Context length' }).fill('1000');
  await page.keyboard.press('Enter');
  await cell(page, 'q8_0', 'q4_0').click();
  await page.getByRole('heading', { name: 'K q8_0, V q4_0: 1,000 tokens' }).waitFor();
  await page.getByRole('button', { name: 'Load with this and 1,000 tokens' }).click();

  await messageBox(page).waitFor();
  expect(await loadedModel(page).textContent()).toContain('K q8_0, V q4_0');
  expect(await loadedModel(page).textContent()).toContain('1,024 tokens');
  const loads = await shared.client.call('model.loads', { path });
  expect(loads[0]?.options).toMatchObject({
    typeK: 'q8_0',
    typeV: 'q4_0',
    contextLength: 1000,
    flashAttention: 'on',
  });

  await page.getByRole('button', { name: 'Fit', exact: true }).click();
  const history = page.getByRole('region', { name: /^Loads of this file/ });
  await history.getByText('q8_0 / q4_0').first().waitFor();
});

test('the whole advice cannot be followed with the keyboard', async () => {
  const page = await shared.open();
  await page.keyboard.press('Alt+2');
  await untilComputed(page);
  await cell(page, 'f16', 'f16').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^K bf16, V q8_0/ }).waitFor();
  await page.keyboard.press('Alt+1');
  await messageBox(page).waitFor();
  await page.keyboard.press('Alt+2');
  // What was looked at is still there.
  await page.getByRole('heading', { name: /^K bf16, V q8_0/ }).waitFor();
});

test('a pair that llama.cpp refuses can be chosen, or it is not said why it cannot', async () => {
  const page = await shared.open();
  await showFit(page, await ensureModel('head-80'));
  await untilComputed(page);
  const illegal = cell(page, 'f16', 'q8_0');
  expect(await illegal.textContent()).toBe('–');
  await illegal.hover();
  await page.getByText("this model's heads have 80").waitFor();
  expect(await tokensIn(cell(page, 'f16', 'f16'))).toBeGreaterThan(0);
  await advice(page).getByText('f16 for both').waitFor();
});

test('more memory, or fewer sequences, gives a shorter context', async () => {
  const page = await shared.open();
  await showFit(page, 'preset:llama-3.1-8b');
  await untilComputed(page);
  const budget = page.getByRole('textbox', { name: 'Memory budget' });
  const longest = async (gib: string) => {
    await budget.fill(gib);
    await page.keyboard.press('Enter');
    await page.getByText(`in the ${Number(gib).toFixed(2)} GiB of your budget`).waitFor();
    return await tokensIn(cell(page, 'f16', 'f16'));
  };
  const eight = await longest('8');
  const nine = await longest('9');
  expect(nine).toBeGreaterThan(eight);
  await page.getByRole('slider', { name: 'Sequences at once' }).press('ArrowRight');
  await longestContexts(page).waitFor();
  await expect.poll(() => tokensIn(cell(page, 'f16', 'f16'))).toBeLessThan(nine);
});

test('a file that is gone leaves the page empty without a word', async () => {
  const page = await shared.open();
  await showFit(page, '/nowhere/gone.gguf');
  await page.getByText('There is no file at /nowhere/gone.gguf.').first().waitFor();
});
