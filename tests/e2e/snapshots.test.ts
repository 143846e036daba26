import { expect, test } from 'vitest';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  conversations,
  messageBox,
  monitor,
  newChatButton,
} from './chat-page.ts';

const shared = appUnderTest('tiny');

const long = 'The quiet river meets the old road where the small house stands. '.repeat(60);

test('a long chat is read again after another one, or comes back without a word', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 8 });
  const snapshot = monitor(page).getByRole('region', { name: 'Snapshot' });
  await snapshot.getByText(/^None yet\./).waitFor();
  await ask(page, `Alpha. ${long}`, 0);
  await newChatButton(page).click();
  await changeSettings(page, { answerLimit: 8 });
  await ask(page, 'Another one.', 0);
  await conversations(page)
    .getByRole('link', { name: /^Alpha/ })
    .first()
    .click();
  await snapshot.getByText(/tokens, .*saved today at/).waitFor();
  await monitor(page)
    .getByText(/on the disk$/)
    .waitFor();
  // What is said before it is sent counts what was restored.
  await messageBox(page).fill('And then?');
  const said = page.getByText(/^Reads \d/);
  await said.waitFor();
  const reads = /Reads (\d+) tokens/.exec((await said.textContent()) ?? '')?.[1];
  expect(Number(reads)).toBeLessThan(40);
  await ask(page, 'And then?', 1);
  await answer(page, 1)
    .getByText(/tokens were restored from a snapshot/)
    .waitFor();
  const [, figures] = await shared.answers();
  expect(figures?.figures).toMatchObject({ miss: null, prefilledTokens: Number(reads) });
});

test('a snapshot cannot be made, or got rid of, by hand', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 8 });
  const snapshot = monitor(page).getByRole('region', { name: 'Snapshot' });
  const save = snapshot.getByRole('button', { name: 'Save now' });
  expect(await save.isDisabled()).toBe(true);
  await ask(page, 'A short one.', 0);
  await save.click();
  await snapshot.getByText(/saved today at/).waitFor();
  await snapshot.getByRole('button', { name: 'More on snapshots' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Delete the one of this chat' }).click();
  await snapshot.getByText(/^None yet\./).waitFor();
  await snapshot.getByRole('button', { name: 'More on snapshots' }).click();
  await page.getByRole('menuitemradio', { name: 'Nothing: save none' }).click();
  await snapshot.getByText(/^None\. Saving is off/).waitFor();
  await shared.client.call('settings.update', { snapshotBudget: 4 * 1024 ** 3 });
});

test('a snapshot of other cache types is dropped without a reason', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 8 });
  await ask(page, `Beta. ${long}`, 0);
  const path = await ensureModel('tiny');
  const options = loadOptionsSchema.parse({ contextLength: 8192, threads: 1, typeK: 'q8_0' });
  await shared.client.call('model.load', { path, options });
  const snapshot = monitor(page).getByRole('region', { name: 'Snapshot' });
  await snapshot.getByText(/Its cells are f16 \(keys\)/).waitFor();
  await snapshot.getByText(/Nothing is lost: the model reads the chat again\./).waitFor();
  await ask(page, 'And then?', 1);
  await answer(page, 1)
    .getByText(/were read again/)
    .waitFor();
});
