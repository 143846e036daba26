import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInSuggestions } from '#shared/chat/suggestions.ts';
import { readCorpus } from '#tools/demo-model/corpus.ts';
import { MODEL_NAME } from '#tools/demo-model/export/demo-model.ts';
import { suggestionsOf } from '#tools/demo-model/suggestions.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type RunningApp, startApp } from '#tools/running-app/app.ts';
import { launchBrowser, openPage } from '#tools/running-app/browser.ts';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import {
  answer,
  changeSettings,
  load,
  loadDialog,
  loadedModel,
  messageBox,
  sendButton,
  untilEnded,
} from './chat-page.ts';

let app: RunningApp;
let browser: Browser;
beforeAll(async () => {
  // As at the first launch: no model is named, and there are no settings yet.
  app = await startApp();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await app[Symbol.asyncDispose]();
});

async function firstPage(viewport = { width: 1280, height: 800 }): Promise<Page> {
  const { page } = await openPage(browser, app.url, { viewport });
  await loadedModel(page).waitFor();
  return page;
}

const suggestionsOn = (page: Page) =>
  page.getByRole('list', { name: 'Suggested first messages' }).getByRole('button');
const openYourOwn = (page: Page) => page.getByRole('button', { name: 'Open a model of your own' });

test('a first launch leaves nothing to do but to download something', async () => {
  const page = await firstPage();
  await page.getByText(MODEL_NAME).first().waitFor();
  expect(await suggestionsOn(page).allTextContents()).toEqual([...builtInSuggestions]);

  await changeSettings(page, { temperature: 0 });
  const [suggestion] = suggestionsOf(await readCorpus());
  await suggestionsOn(page).first().click();
  expect(await messageBox(page).inputValue()).toBe(suggestion?.question);
  await sendButton(page).click();
  await untilEnded(page, 0);
  const shown = await answer(page, 0).locator('p').first().textContent();
  expect(shown).toBe(suggestion?.topic.answer.replaceAll('**', ''));

  await openYourOwn(page).click();
  await loadDialog(page).waitFor();
});

test.each([
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
  { width: 480, height: 700 },
])('suggestions and the line about the model overlap or are cut at $width px', async viewport => {
  const page = await firstPage(viewport);
  expect(await layoutFaults(page)).toEqual([]);
});

test('what holds for the built-in model is said of a model of the user', async () => {
  const page = await firstPage();
  await openYourOwn(page).waitFor();
  await load(page, { path: await ensureModel('tiny'), threads: 1 });
  await openYourOwn(page).waitFor({ state: 'detached' });
  const suggested = await suggestionsOn(page).allTextContents();
  expect(suggested.length).toBeGreaterThan(0);
  expect(suggested).not.toContain(builtInSuggestions[0]);
});
