import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  chooseLoad,
  closeLoadPanel,
  confirmLoad,
  load,
  loadDialog,
  loadedModel,
  messageBox,
  send,
  sendButton,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';

const shared = appUnderTest('tiny');

/** The page lives: a short answer comes. */
async function expectAnswer(page: Page, index = 0): Promise<void> {
  await changeSettings(page, { answerLimit: 8 });
  await ask(page, 'Are you there?', index);
  const answers = await shared.answers();
  expect(answers.at(-1)).toMatchObject({ status: 'done' });
}

describe('what cannot be loaded', () => {
  test.each<[string, () => string | Promise<string>, RegExp]>([
    ['a missing file', () => '/no/such/model.gguf', /There is no file at .*choose the file again/i],
    ['an empty file', () => ensureModel('malformed-empty'), /is empty/],
    ['a text file', () => ensureModel('malformed-text'), /not a GGUF model.*Choose a file/],
    ['half a header', () => ensureModel('malformed-truncated-header'), /ends in the middle/],
    ['half a download', () => ensureModel('malformed-truncated-tensor-data'), /incomplete/],
    [
      'an unknown architecture',
      () => ensureModel('malformed-unsupported-architecture'),
      /"abacus".*not supported/,
    ],
  ])(
    '%s is said with a next step before anything is loaded, and the model stays',
    async (_name, file, said) => {
      const page = await shared.open();
      const before = await loadedModel(page).textContent();
      const dialog = await chooseLoad(page, { path: await file() });
      await dialog.getByText(said).first().waitFor();
      const loadButton = dialog.getByRole('button', { name: 'Load', exact: true });
      expect(await loadButton.isDisabled()).toBe(true);
      await closeLoadPanel(page);
      expect(await loadedModel(page).textContent()).toBe(before);
      await expectAnswer(page);
    },
  );

  test.each<
    [string, ModelName, { typeK?: string; typeV?: string; flashAttention?: string }, RegExp]
  >([
    [
      'a quantized V without flash attention',
      'tiny',
      { typeV: 'q8_0', flashAttention: 'off' },
      /needs flash attention.*Turn flash attention on/,
    ],
    [
      'a type whose blocks do not fit the heads',
      'head-80',
      { typeK: 'q4_0' },
      /blocks of 32 elements.*heads have 80.*Choose f16/,
    ],
  ])('%s is refused with the reason and the remedy', async (_name, model, choice, said) => {
    const page = await shared.open();
    const dialog = await chooseLoad(page, { path: await ensureModel(model), ...choice });
    await dialog.getByText(said).first().waitFor();
    const loadButton = dialog.getByRole('button', { name: 'Load', exact: true });
    expect(await loadButton.isDisabled()).toBe(true);
  });

  test('weights that turn out to be damaged while loading: the panel says so and what is loaded now', async () => {
    const page = await shared.open();
    const dialog = await chooseLoad(page, { path: await ensureModel('malformed-nan-weights') });
    await confirmLoad(page);
    const alert = dialog.getByRole('alert');
    await alert.getByText(/damaged: some of its weights are not numbers/).waitFor();
    await alert.getByText(/Download or copy the file again/).waitFor();
    expect(await dialog.getByText('No model is loaded now.').count(), 'said once').toBe(1);
    await load(page, { path: await ensureModel('tiny') });
    await expectAnswer(page);
  });

  test('an unloaded model is gone, and the page says how to get one', async () => {
    const page = await shared.open();
    await chooseLoad(page, {});
    await loadDialog(page).getByRole('button', { name: 'Unload' }).click();
    await page.getByText('No model loaded').waitFor();
    await closeLoadPanel(page);
    await messageBox(page).fill('Is anybody there?');
    expect(await sendButton(page).isDisabled()).toBe(true);
    await page.getByText('Load a model to chat').waitFor();
    await load(page, { path: await ensureModel('tiny') });
    expect(await messageBox(page).inputValue()).toBe('Is anybody there?');
    await expectAnswer(page);
  });
});

test('a prompt that cannot fit is refused with its size, and the chat goes on', async () => {
  const page = await shared.open();
  await load(page, { path: await ensureModel('tiny'), context: 256 });
  await send(page, 'a long story '.repeat(300));
  await untilEnded(page, 0);
  await answer(page, 0)
    .getByRole('alert')
    .getByText(/\d[\d,]* tokens/)
    .first()
    .waitFor();
  const [failed] = await shared.answers();
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'prompt-too-long' } });
  await load(page, { path: await ensureModel('tiny'), context: 8192 });
  await expectAnswer(page, 1);
});

test('a full context ends the answer, says so, and nothing is dropped', async () => {
  const page = await shared.open();
  await load(page, { path: await ensureModel('tiny'), context: 256 });
  await send(page, 'Tell me everything.');
  await untilEnded(page, 0);
  await answer(page, 0)
    .getByText(/The context is full/)
    .waitFor();
  const [full] = await shared.answers();
  expect(full?.figures).toMatchObject({ stopReason: 'context-full', cacheCapacityTokens: 256 });
  // The token that ends it may have been sampled without being evaluated.
  expect(full?.figures?.cacheUsedTokens).toBeGreaterThanOrEqual(255);
});

test('an engine killed in the middle of an answer: said, the part that is there kept, the next message answered', async () => {
  const page = await shared.open();
  await send(page, 'Tell me everything.');
  await untilAnswering(page, 0);
  const written = (await answer(page, 0).locator('p').first().textContent()) ?? '';
  process.kill(await engineProcess(), 'SIGKILL');

  await untilEnded(page, 0);
  await answer(page, 0)
    .getByRole('alert')
    .getByText(/The engine process has ended/)
    .waitFor();
  const kept = (await answer(page, 0).locator('p').first().textContent()) ?? '';
  expect(kept.startsWith(written.slice(0, 40))).toBe(true);
  const [failed] = await shared.answers();
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'engine-crashed' } });
  expect(failed?.text).not.toBe('');

  await loadedModel(page).waitFor();
  await expectAnswer(page, 1);
});

async function engineProcess(): Promise<number> {
  const found = Promise.withResolvers<number>();
  const watch = shared.client.watch('engine', engine => {
    if (engine.phase === 'ready') found.resolve(engine.processId);
  });
  return await found.promise.finally(() => watch[Symbol.dispose]());
}
