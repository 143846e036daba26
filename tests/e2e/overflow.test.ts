import { expect, test } from 'vitest';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { appUnderTest } from './app-under-test.ts';
import { answer, ask, changeSettings, messageBox } from './chat-page.ts';

const shared = appUnderTest('tiny');

test('a chat that outgrows its context stops, or leaves turns out without a word', async () => {
  const options = loadOptionsSchema.parse({ contextLength: 768, threads: 1 });
  await shared.client.call('model.load', { path: await ensureModel('tiny'), options });
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 20 });
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('combobox', { name: 'When the context is full' }).click();
  await page.getByRole('option', { name: 'Leave out the oldest turns' }).click();
  await page.keyboard.press('Escape');

  const question = 'The quiet river meets the old road where the small house stands. '.repeat(4);
  const ahead = page.getByText(/^The context is full: \d+ earlier turns? will be left out/);
  let turn = 0;
  for (; turn < 20; turn++) {
    await messageBox(page).fill(question);
    await page.getByText(/^Reads \d/).waitFor();
    if (await ahead.isVisible()) break;
    await messageBox(page).fill('');
    await ask(page, question, turn);
  }
  expect(turn).toBeLessThan(20);
  await ask(page, question, turn);
  const note = answer(page, turn).getByText('The context was full. From here on the oldest');
  await note.waitFor();
  // Everything is still there to be read.
  expect(await page.getByRole('article').count()).toBe(2 * (turn + 1));
  await answer(page, turn)
    .getByText(/were read again, because the context was full/)
    .waitFor();
  // The turn after it has room.
  await messageBox(page).fill(question);
  await page.getByText(/^Reads \d/).waitFor();
  expect(await ahead.isVisible()).toBe(false);
});

test('another system prompt is set without a word on what it costs', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 10 });
  await ask(page, 'The quiet river meets the old road.', 0);
  await ask(page, 'And then?', 1);
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Chat settings' });
  await dialog.getByRole('textbox', { name: 'System prompt' }).fill('You answer in rhymes.');
  const said = dialog.getByText(/the next turn reads \d+ tokens again/);
  await said.waitFor();
  const tokens = /reads (\d+) tokens/.exec((await said.textContent()) ?? '')?.[1];
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await ask(page, 'Go on.', 2);
  // What was said is what it then cost.
  await answer(page, 2)
    .getByText(`${tokens} tokens of earlier turns were read again, because the system prompt`)
    .waitFor();
});
