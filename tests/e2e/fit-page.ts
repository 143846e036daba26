import type { Locator, Page } from 'playwright-core';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';

/** The Fit page as people and screen readers name its parts. */

export const longestContexts = (page: Page) =>
  page.getByRole('region', { name: 'Longest context by cache types' });
export const advice = (page: Page) => page.getByRole('region', { name: 'Advice' });

/** @param model a path, or `preset:NAME`, as the address has it */
export async function showFit(page: Page, model: string): Promise<void> {
  // The token is given once; a page that is open already keeps it.
  const address = new URL(page.url());
  address.hash = String(new URLSearchParams({ fit: model }));
  await page.goto(address.href);
  await page.reload();
}

export function cell(page: Page, typeK: CacheType, typeV: CacheType): Locator {
  return longestContexts(page).getByRole('button', { name: `K ${typeK}, V ${typeV}:` });
}

/** Tokens that a cell offers. */
export async function tokensIn(found: Locator): Promise<number> {
  const name = (await found.getAttribute('aria-label')) ?? '';
  return Number(/: ([\d,]+) tokens?/.exec(name)?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

/** Resolves when no row is being computed. */
export async function untilComputed(page: Page): Promise<void> {
  await longestContexts(page).waitFor();
  await page.getByText(/^Computing \d/).waitFor({ state: 'detached' });
}
