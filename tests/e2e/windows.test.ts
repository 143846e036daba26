import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage } from '#tools/running-app/browser.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  conversations,
  figuresOf,
  messageBox,
  send,
  stopButton,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';

const shared = appUnderTest('tiny');

function lengthOf(turn: Locator): Promise<number> {
  return turn.evaluate(element => element.textContent?.length ?? 0);
}

/** Resolves when the answer has grown beyond this many characters. */
async function untilLongerThan(page: Page, index: number, length: number): Promise<void> {
  const turn = await answer(page, index).elementHandle();
  await page.waitForFunction(([element, before]) => (element?.textContent?.length ?? 0) > before, [
    turn,
    length,
  ] as const);
}

test('a reload in the middle of an answer shows what there is of it and goes on', async () => {
  const page = await shared.open();
  await send(page, 'Tell me everything.');
  await untilAnswering(page, 0);
  const before = await lengthOf(answer(page, 0));
  await page.reload();
  await untilAnswering(page, 0);
  const after = await lengthOf(answer(page, 0));
  expect(after).toBeGreaterThanOrEqual(before);
  await untilLongerThan(page, 0, after);
  await stopButton(page).click();
  await untilEnded(page, 0);
  const [ended] = await shared.answers();
  expect(ended).toMatchObject({ status: 'done', figures: { stopReason: 'stopped' } });
});

test('two pages at once: one sees what the other asks, and may stop it', async () => {
  const [asking, looking] = [await shared.open(), await shared.open()];
  const title = 'The two of us';
  await send(asking, title);
  await untilAnswering(asking, 0);
  await conversations(looking).getByRole('link', { name: title }).click();
  await untilAnswering(looking, 0);
  await untilLongerThan(looking, 0, await lengthOf(answer(looking, 0)));
  await stopButton(looking).click();
  await Promise.all([untilEnded(asking, 0), untilEnded(looking, 0)]);
  expect(await figuresOf(answer(looking, 0))).toBe(await figuresOf(answer(asking, 0)));
  const [ended] = await shared.answers();
  for (const page of [asking, looking]) {
    const shown = (await answer(page, 0).locator('p').first().textContent()) ?? '';
    expect(ended?.text.replace(/\s+/g, ' ')).toContain(shown.replace(/\s+/g, ' '));
  }
});

test('a draft is not lost by a reload', async () => {
  const page = await shared.open();
  await messageBox(page).fill('Not yet sent');
  await page.reload();
  await expect.poll(() => messageBox(page).inputValue()).toBe('Not yet sent');
});

test('a page without the token of this launch is told so and asks no further', async () => {
  const { origin } = new URL(shared.app.url);
  const { page, context, complaints } = await openPage(shared.browser, `${origin}/`);
  await page.getByText('This link has no token, or that of another launch.').waitFor();
  await page.getByText('Open the link that Headroom printed').waitFor();
  // The browser's own note about the refused socket, and nothing else.
  expect(complaints.filter(text => !/WebSocket|401/.test(text))).toEqual([]);
  await context.close();
});

test('the token leaves the address bar at once, so that no history or screenshot keeps it', async () => {
  const page = await shared.open();
  const token = new URLSearchParams(new URL(shared.app.url).hash.slice(1)).get('token') ?? 'none';
  expect(page.url()).not.toContain(token);
  expect(await page.evaluate(() => document.referrer)).toBe('');
});
