import type { Locator, Page } from 'playwright-core';

/** The page as people and screen readers name its parts. */

export const messageBox = (page: Page) => page.getByRole('textbox', { name: 'Message' });
export const sendButton = (page: Page) => page.getByRole('button', { name: 'Send', exact: true });
export const stopButton = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });
export const newChatButton = (page: Page) => page.getByRole('button', { name: 'New chat' });
export const monitor = (page: Page) => page.getByRole('region', { name: 'Monitor' });
export const conversations = (page: Page) => page.getByRole('region', { name: 'Conversations' });
export const loadDialog = (page: Page) => page.getByRole('dialog', { name: 'Load a model' });
export const loadedModel = (page: Page) => page.getByRole('list', { name: 'The loaded model' });

/** The nth answer of the open conversation, from 0. */
export function answer(page: Page, index: number): Locator {
  return page.getByRole('article', { name: /answer from/ }).nth(index);
}

/** The nth message of the user's in the open conversation, from 0. */
export function question(page: Page, index: number): Locator {
  return page.getByRole('article', { name: /from you/ }).nth(index);
}

/** A button of a message; also while it is shown only to who points at the message. */
export function action(turn: Locator, name: string): Locator {
  return turn.getByRole('button', { name });
}

/** Which version of a message is shown, as `2 / 3`. */
export function versions(turn: Locator): Locator {
  return turn.getByRole('group', { name: /^Version \d+ of/ });
}

/** The box in which a message is edited. */
export const editBox = (page: Page) => page.getByRole('textbox', { name: 'New text' });

export async function send(page: Page, text: string): Promise<void> {
  await messageBox(page).fill(text);
  await sendButton(page).click();
}

/** Resolves when the nth answer has some text and is still being written. */
export async function untilAnswering(page: Page, index: number): Promise<void> {
  await answer(page, index).and(page.locator('[aria-busy=true]')).locator('p').first().waitFor();
  await answer(page, index).locator('p', { hasText: 'Answering' }).waitFor();
}

/** Resolves when the nth answer has ended, however it did. */
export async function untilEnded(page: Page, index: number): Promise<void> {
  await answer(page, index).and(page.locator('[aria-busy=false]')).waitFor();
}

/** Sends a message and waits for the end of its answer. */
export async function ask(page: Page, text: string, index: number): Promise<void> {
  await send(page, text);
  await untilEnded(page, index);
}

/**
 * What the line under an answer says, without any space: `TTFT9.3ms...`. Names, values and what
 * stands between them are elements of their own, and turns out of sight are not laid out.
 */
export async function figuresOf(turn: Locator): Promise<string> {
  const line = await turn.getByRole('list', { name: 'Figures of this turn' }).textContent();
  return line?.replace(/\s/g, '') ?? '';
}

export interface ChatSettings {
  readonly temperature?: 0;
  /** Null empties the field: no limit. */
  readonly answerLimit?: number | null;
}

export async function changeSettings(page: Page, settings: ChatSettings): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Chat settings' });
  if (settings.temperature !== undefined) {
    await dialog.getByRole('slider', { name: 'Temperature' }).press('Home');
  }
  if (settings.answerLimit !== undefined) {
    const limit = dialog.getByRole('textbox', { name: 'Answer limit' });
    await limit.fill(settings.answerLimit === null ? '' : String(settings.answerLimit));
    await limit.blur();
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}

export interface LoadChoice {
  readonly path?: string;
  readonly context?: number;
  readonly typeK?: string;
  readonly typeV?: string;
  readonly flashAttention?: string;
  readonly threads?: number;
}

/** Opens the Load panel and makes these choices in it. */
export async function chooseLoad(page: Page, choice: LoadChoice): Promise<Locator> {
  const dialog = loadDialog(page);
  if (!(await dialog.isVisible())) await page.getByRole('button', { name: 'Load model' }).click();
  if (choice.path !== undefined) {
    await dialog.getByRole('textbox', { name: 'Model file' }).fill(choice.path);
  }
  const numbers = { 'Context length': choice.context, Threads: choice.threads };
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined) continue;
    const field = dialog.getByRole('textbox', { name });
    await field.fill(String(value));
    await field.blur();
  }
  const selects = {
    'K type': choice.typeK,
    'V type': choice.typeV,
    'Flash attention': choice.flashAttention,
  };
  for (const [name, value] of Object.entries(selects)) {
    if (value === undefined) continue;
    await dialog.getByRole('combobox', { name }).click();
    await page.getByRole('option', { name: new RegExp(`^${value}\\b`) }).click();
  }
  return dialog;
}

export async function closeLoadPanel(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await loadDialog(page).waitFor({ state: 'hidden' });
}

export function confirmLoad(page: Page): Promise<void> {
  return loadDialog(page).getByRole('button', { name: 'Load', exact: true }).click();
}

/** Loads a model by way of the Load panel and waits until the panel has closed. */
export async function load(page: Page, choice: LoadChoice): Promise<void> {
  const dialog = await chooseLoad(page, choice);
  await confirmLoad(page);
  await dialog.waitFor({ state: 'hidden' });
}

/** What every canvas of the Monitor shows at this moment, to be compared and nothing else. */
export function drawnPixels(page: Page): Promise<string[]> {
  return monitor(page)
    .locator('canvas')
    .evaluateAll(canvases =>
      canvases.map(canvas => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : '')),
    );
}
