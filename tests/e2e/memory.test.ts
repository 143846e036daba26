import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { appUnderTest } from './app-under-test.ts';
import { monitor } from './chat-page.ts';

const shared = appUnderTest('tiny');

const sentSchema = z.object({ type: z.string(), id: z.number(), name: z.string().optional() });

/** What this page says to the host about its memory streams, from its next load on. */
function memoryPackets(page: Page): string[] {
  const ids = new Set<number>();
  const said: string[] = [];
  page.on('websocket', socket => {
    socket.on('framesent', ({ payload }) => {
      const { type, id, name } = sentSchema.parse(JSON.parse(String(payload)));
      if (type === 'open' && name === 'memory.watch') ids.add(id);
      if (ids.has(id) && type !== 'grant') said.push(type);
    });
  });
  return said;
}

const chart = (page: Page) => monitor(page).getByRole('figure', { name: 'Memory', exact: true });

test('memory is not shown, or goes on being sampled when the Monitor is closed', async () => {
  const page = await shared.open();
  const said = memoryPackets(page);
  await page.reload();
  for (const figure of ['Engine', 'Host', 'Weights', 'Cache used', 'Reserved', 'Compute']) {
    await chart(page)
      .filter({ hasText: new RegExp(`${figure}\\s*[\\d.]+ [KM]?i?B`) })
      .waitFor();
  }
  expect(await chart(page).getByText('VRAM').count()).toBe(0);
  expect(said).toEqual(['open']);

  await page.keyboard.press('ControlOrMeta+m');
  await monitor(page).waitFor({ state: 'hidden' });
  await expect.poll(() => said).toEqual(['open', 'cancel']);

  await page.keyboard.press('ControlOrMeta+m');
  await chart(page)
    .filter({ hasText: /Engine\s*[\d.]+ MiB/ })
    .waitFor();
  expect(said).toEqual(['open', 'cancel', 'open']);
});

test('who cannot see the memory chart has no table of it', async () => {
  const page = await shared.open();
  await chart(page)
    .filter({ hasText: /Engine\s*[\d.]+ MiB/ })
    .waitFor();
  await chart(page).getByRole('button', { name: 'Show Memory as a table' }).press('Enter');
  const latest = chart(page)
    .getByRole('table', { name: 'Memory over time' })
    .getByRole('row')
    .nth(1);
  await expect.poll(() => latest.getByRole('cell').allInnerTexts()).toHaveLength(6);
  for (const cell of await latest.getByRole('cell').allInnerTexts()) {
    expect(cell).toMatch(/^[\d.]+ ([KM]i)?B$/);
  }
});
