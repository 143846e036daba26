import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import { startAppInProcess } from './app-in-process.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  loadedModel,
  messageBox,
  send,
  stopButton,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';

const shared = appUnderTest('tiny', ({ model }) => startAppInProcess(model, { quietMs: 500 }));

const note = (page: Page) => answer(page, 0).getByText('No progress for');
const restartButton = (page: Page) => page.getByRole('button', { name: 'Restart the engine' });
const spoken = (page: Page) =>
  page.locator('[aria-live=polite]', { hasText: 'The engine makes no progress.' });

/** An endless answer whose engine has been stopped in the middle; what lets it go on. */
async function stalledAnswer(page: Page): Promise<() => void> {
  await send(page, 'Tell me everything.');
  await untilAnswering(page, 0);
  const processId = await engineProcess();
  process.kill(processId, 'SIGSTOP');
  await note(page).waitFor();
  return () => process.kill(processId, 'SIGCONT');
}

async function engineProcess(): Promise<number> {
  const found = Promise.withResolvers<number>();
  const watch = shared.client.watch('engine', engine => {
    if (engine.phase === 'ready') found.resolve(engine.processId);
  });
  return await found.promise.finally(() => watch[Symbol.dispose]());
}

// Only there can a process be stopped without being ended.
describe.skipIf(process.platform === 'win32')('an answer that stands still', () => {
  test('it would look like one that is written, or be given up although it goes on', async () => {
    const page = await shared.open();
    const goOn = await stalledAnswer(page);
    await spoken(page).waitFor({ state: 'attached' });
    // What is inside of something busy is not read aloud.
    expect(await page.locator('[aria-busy=true] [aria-live]').count()).toBe(0);
    // The seconds go on counting, and nothing of that is said again.
    await answer(page, 0)
      .getByText(/^[2-9] s$/)
      .waitFor();
    expect(await spoken(page).textContent()).not.toMatch(/\d/);
    expect(await stopButton(page).isVisible()).toBe(true);
    goOn();
    await note(page).waitFor({ state: 'hidden' });
    expect(await restartButton(page).count()).toBe(0);
    await stopButton(page).click();
    await untilEnded(page, 0);
    await answer(page, 0).getByText('You stopped this answer.').waitFor();
  });

  test('the button would lose what is written, the model, or the keyboard’s place', async () => {
    const page = await shared.open();
    const model = await loadedModel(page).textContent();
    await stalledAnswer(page);
    const written = (await answer(page, 0).locator('p').first().textContent()) ?? '';
    await restartButton(page).focus();
    await page.keyboard.press('Enter');

    await untilEnded(page, 0);
    await answer(page, 0).getByText('The engine was restarted at your request.').waitFor();
    expect(await page.getByRole('alert').count(), 'it was no accident').toBe(0);
    const kept = (await answer(page, 0).locator('p').first().textContent()) ?? '';
    expect(kept.startsWith(written.slice(0, 40))).toBe(true);
    expect(await messageBox(page).evaluate(box => box === document.activeElement)).toBe(true);

    await loadedModel(page).waitFor();
    expect(await loadedModel(page).textContent()).toBe(model);
    await changeSettings(page, { answerLimit: 8 });
    await ask(page, 'Are you there?', 1);
    expect((await shared.answers()).at(-1)).toMatchObject({ status: 'done' });
  });

  test.each([
    { width: 1280, height: 800 },
    { width: 480, height: 700 },
  ])('the note is cut, or lies over something, at $width x $height', async viewport => {
    const page = await shared.open({ viewport });
    const goOn = await stalledAnswer(page);
    expect(await layoutFaults(page)).toEqual([]);
    goOn();
  });
});
