import { expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import { stageApp } from './fixtures/staged-app.ts';
import { launchApp } from './harness/launch-app.ts';

test('the app’s own page chats in the window, and its policy stops nothing that it does', async () => {
  const model = await ensureModel('tiny');
  await using staged = await stageApp('own');
  await using app = await launchApp({
    appDirectory: staged.directory,
    args: ['--model', model],
    environment: { HEADROOM_DATA: staged.dataDirectory },
  });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', message => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  const message = page.getByRole('textbox', { name: 'Message' });
  // Once more from the start, now that everything it says is heard.
  await message.waitFor();
  await page.reload();

  const send = page.getByRole('button', { name: 'Send' });
  await message.fill('Hello from the window');
  await expect.poll(() => send.isEnabled(), { timeout: 30_000 }).toBe(true);
  await send.click();
  await expect.poll(() => page.getByRole('article').count(), { timeout: 30_000 }).toBe(2);
  const answer = page.getByRole('article').last();
  await expect.poll(() => answer.textContent(), { timeout: 60_000 }).toMatch(/tokens\/s/);
  await page.getByRole('region', { name: 'Monitor' }).waitFor();
  expect(complaints).toEqual([]);
});
