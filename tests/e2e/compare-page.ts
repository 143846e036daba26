import type { Locator, Page } from 'playwright-core';

/** The Compare page as people and screen readers name its parts. */

export const progressOf = (page: Page) => page.getByRole('region', { name: 'Progress of the run' });
export const result = (page: Page) => page.getByRole('article', { name: 'The run' });
export const figures = (page: Page) =>
  result(page).getByRole('region', { name: 'Every configuration with its figures' });
export const measureButton = (page: Page) =>
  page.getByRole('button', { name: 'Measure', exact: true });

export async function showCompare(page: Page): Promise<void> {
  await page.keyboard.press('Alt+3');
  await measureButton(page).waitFor();
}

export interface ShortRun {
  /** Tokens. */
  readonly prompt?: number;
  readonly generated?: number;
  readonly text?: number;
}

/** Makes the run that is set up a short one: one depth, one repetition. */
export async function shorten(
  page: Page,
  { prompt = 32, generated = 8, text = 64 }: ShortRun = {},
): Promise<void> {
  const depths = page.getByRole('group', { name: 'Behind so many tokens' });
  await depths.getByRole('button', { name: '1k', exact: true }).click();
  await fill(page.getByRole('textbox', { name: 'Prompt tokens' }), prompt);
  await fill(page.getByRole('textbox', { name: 'Generated tokens' }).first(), generated);
  await fill(page.getByRole('textbox', { name: 'Repetitions' }).first(), 1);
  await fill(page.getByRole('textbox', { name: 'Of it at most, tokens' }), text);
}

async function fill(field: Locator, value: number): Promise<void> {
  await field.fill(String(value));
  await field.press('Enter');
}

/** Starts the run that is set up, and resolves when its figures are there. */
export async function measure(page: Page): Promise<void> {
  await measureButton(page).click();
  await progressOf(page).waitFor();
  await progressOf(page).waitFor({ state: 'detached', timeout: 60_000 });
  await figures(page).waitFor();
}
