import { expect, test } from 'vitest';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  figuresOf,
  monitor,
  send,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';

const shared = appUnderTest('tiny');

test('slow motion cannot be set while an answer is written, or its speed is told as the model’s', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 200 });
  const pace = monitor(page).getByRole('slider', { name: 'Slow motion' });
  // From "off" to 60 tokens a second: an answer of 200 takes three seconds.
  await pace.press('ArrowLeft');
  await monitor(page).getByText('60 tokens/s').waitFor();
  await send(page, 'Tell me of the sea.');
  await untilAnswering(page, 0);
  await pace.press('End');
  await untilEnded(page, 0);
  expect(await figuresOf(answer(page, 0))).toContain('Decodepaced');
  await ask(page, 'And of the sky?', 1);
  expect(await figuresOf(answer(page, 1))).toMatch(/Decode[\d,.]+tokens/);
});

test('cells cannot be read with the keyboard', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 5 });
  await ask(page, 'The quiet river', 0);
  const cells = monitor(page).getByRole('group', { name: /^Cells: \d+ of/ });
  await cells.focus();
  for (let step = 0; step < 2; step++) await page.keyboard.press('ArrowRight');
  const detail = monitor(page)
    .getByRole('status')
    .filter({ hasText: /^Cells? \d/ });
  await expect.poll(async () => (await detail.textContent()) ?? '').toMatch(/river|quiet|user/);
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'hidden' });
});
