import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  action,
  answer,
  ask,
  changeSettings,
  conversations,
  editBox,
  messageBox,
  newChatButton,
  question,
  send,
  stopButton,
  untilAnswering,
  untilEnded,
  versions,
} from './chat-page.ts';

const shared = appUnderTest('tiny');

/** A page with this many short turns: `Question 1`, `Question 2` and so on. */
async function chatOf(turns: number): Promise<Page> {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 20 });
  for (let turn = 0; turn < turns; turn++) await ask(page, `Question ${turn + 1}`, turn);
  return page;
}

async function edit(page: Page, index: number, text: string): Promise<void> {
  await action(question(page, index), 'Edit message').click();
  await editBox(page).fill(text);
  await page.keyboard.press('Enter');
  await question(page, index).getByText(text).waitFor();
  await untilEnded(page, index);
}

const articles = (page: Page) => page.getByRole('article').count();
const isFocused = (element: Locator) =>
  element.evaluate(shown => shown === shown.ownerDocument.activeElement);

test('an edited question loses the first one, its answer, or what followed them', async () => {
  const page = await chatOf(2);
  const first = await answer(page, 0).locator('p').first().textContent();
  await edit(page, 0, 'Asked in other words');
  expect(await articles(page)).toBe(2);
  await versions(question(page, 0)).getByText('2 / 2').waitFor();

  await action(question(page, 0), 'Previous version').click();
  await versions(question(page, 0)).getByText('1 / 2').waitFor();
  await question(page, 0).getByText('Question 1').waitFor();
  expect(await articles(page)).toBe(4);
  expect(await answer(page, 0).locator('p').first().textContent()).toBe(first);

  await page.reload();
  await versions(question(page, 0)).getByText('1 / 2').waitFor();
  expect(await articles(page)).toBe(4);
  await action(question(page, 0), 'Next version').click();
  await question(page, 0).getByText('Asked in other words').waitFor();
  expect(await articles(page)).toBe(2);
  expect(await layoutFaults(page)).toEqual([]);
});

test('a regenerated answer replaces the first one, in another window as well', async () => {
  const page = await chatOf(1);
  const other = await shared.open();
  await conversations(other).getByRole('link', { name: 'Question 1' }).first().click();
  await action(answer(page, 0), 'Regenerate answer').click();
  for (const each of [page, other]) {
    await versions(answer(each, 0)).getByText('2 / 2').waitFor();
    await untilEnded(each, 0);
  }
  await expect.poll(() => isFocused(messageBox(page))).toBe(true);
  const [second] = await shared.answers();
  await action(answer(other, 0), 'Previous version').click();
  for (const each of [page, other]) {
    await versions(answer(each, 0)).getByText('1 / 2').waitFor();
  }
  const [shown] = await shared.answers();
  expect(shown?.id).not.toBe(second?.id);
  expect(shown?.parentId).toBe(second?.parentId);
  // What is asked now follows the answer that is shown.
  await ask(page, 'And then?', 1);
  expect((await shared.answers()).map(({ id }) => id)).toContain(shown?.id);
});

test('a continued answer begins anew, or becomes a message of its own', async () => {
  const page = await chatOf(1);
  const [first] = await shared.answers();
  const proceed = action(answer(page, 0), 'Continue answer');
  await proceed.click();
  await expect
    .poll(async () => (await shared.answers())[0]?.text.length)
    .toBeGreaterThan(first?.text.length ?? 0);
  await untilEnded(page, 0);
  const [whole, ...others] = await shared.answers();
  expect(others).toEqual([]);
  expect(whole?.id).toBe(first?.id);
  expect(whole?.text.startsWith(first?.text ?? 'nothing')).toBe(true);
  expect(await articles(page)).toBe(2);
  await expect.poll(() => isFocused(messageBox(page))).toBe(true);
  // Only the last answer can go on.
  await ask(page, 'Question 2', 1);
  expect(await proceed.count()).toBe(0);
});

test('a turn that is deleted takes later ones along, or goes without being asked', async () => {
  const page = await chatOf(3);
  const remove = action(question(page, 1), 'Delete turn');
  const dialog = page.getByRole('dialog', { name: 'Delete this turn?' });
  await remove.click();
  expect(await layoutFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => isFocused(remove)).toBe(true);
  expect(await articles(page)).toBe(6);

  await remove.click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => articles(page)).toBe(4);
  expect(await question(page, 0).locator('p').first().textContent()).toBe('Question 1');
  expect(await question(page, 1).locator('p').first().textContent()).toBe('Question 3');
  await expect.poll(() => isFocused(messageBox(page))).toBe(true);

  for (const left of [2, 0]) {
    await action(question(page, 0), 'Delete turn').click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => articles(page)).toBe(left);
  }
  await ask(page, 'A new beginning', 0);
});

test('the keyboard alone: edit, send, switch versions back and forth, regenerate, delete', async () => {
  const page = await chatOf(1);
  /** Back from the message box to a button of the conversation. */
  const reach = async (button: Locator) => {
    await page.keyboard.press('ControlOrMeta+l');
    for (let step = 0; step < 30 && !(await isFocused(button)); step++) {
      await page.keyboard.press('Shift+Tab');
    }
    expect(await isFocused(button)).toBe(true);
    expect(await button.evaluate(shown => shown.checkVisibility({ opacityProperty: true }))).toBe(
      true,
    );
  };
  const editButton = action(question(page, 0), 'Edit message');
  await reach(editButton);
  await page.keyboard.press('Enter');
  await page.keyboard.type(' and thoughts');
  await page.keyboard.press('Escape');
  await expect.poll(() => isFocused(editButton)).toBe(true);
  expect(await question(page, 0).locator('p').first().textContent()).toBe('Question 1');

  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('One line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('and another');
  await page.keyboard.press('Enter');
  await question(page, 0).getByText('One line and another').waitFor();
  await untilEnded(page, 0);
  await expect.poll(() => isFocused(messageBox(page))).toBe(true);

  await reach(action(question(page, 0), 'Previous version'));
  await page.keyboard.press('Enter');
  await versions(question(page, 0)).getByText('1 / 2').waitFor();
  await expect.poll(() => isFocused(action(question(page, 0), 'Next version'))).toBe(true);
  await page.keyboard.press('Enter');
  await versions(question(page, 0)).getByText('2 / 2').waitFor();

  await reach(action(answer(page, 0), 'Regenerate answer'));
  await page.keyboard.press('Enter');
  await versions(answer(page, 0)).getByText('2 / 2').waitFor();
  await untilEnded(page, 0);

  await reach(action(question(page, 0), 'Delete turn'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete this turn?' }).waitFor();
  for (const key of ['Tab', 'Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
  await question(page, 0).getByText('Question 1').waitFor();
  expect(await versions(question(page, 0)).count()).toBe(0);
});

test('a move during an answer would pull the branch away from under it', async () => {
  const page = await chatOf(1);
  await changeSettings(page, { answerLimit: null });
  await send(page, 'Tell me everything.');
  await untilAnswering(page, 1);
  for (const button of [
    action(question(page, 0), 'Edit message'),
    action(question(page, 0), 'Delete turn'),
    action(answer(page, 0), 'Regenerate answer'),
    action(question(page, 1), 'Edit message'),
  ]) {
    expect(await button.isDisabled()).toBe(true);
  }
  await stopButton(page).click();
  await untilEnded(page, 1);
  await expect.poll(() => action(question(page, 0), 'Edit message').isEnabled()).toBe(true);
});

test('what was typed over a message is lost by a reload, another chat, or an unloaded model', async () => {
  const page = await chatOf(1);
  await action(question(page, 0), 'Edit message').click();
  await editBox(page).fill('Better words');
  await page.reload();
  await expect.poll(() => editBox(page).inputValue()).toBe('Better words');
  expect(await layoutFaults(page)).toEqual([]);
  await newChatButton(page).click();
  await editBox(page).waitFor({ state: 'hidden' });
  await conversations(page).getByRole('link', { name: 'Question 1' }).first().click();
  await expect.poll(() => editBox(page).inputValue()).toBe('Better words');

  await shared.client.call('model.unload', {});
  await page.getByText('Load a model to chat').first().waitFor();
  expect(await page.getByRole('button', { name: 'Send the new text' }).isDisabled()).toBe(true);
  await editBox(page).press('Enter');
  expect(await editBox(page).inputValue()).toBe('Better words');
});

test('another version would scroll away what is being looked at', async () => {
  const page = await chatOf(0);
  await changeSettings(page, { answerLimit: 300 });
  for (const index of [0, 1, 2]) await ask(page, `Question ${index}. `.repeat(40), index);
  await edit(page, 1, 'Short');
  await action(question(page, 1), 'Previous version').scrollIntoViewIfNeeded();
  const top = async () => (await versions(question(page, 1)).boundingBox())?.y ?? 0;
  const before = await question(page, 1).boundingBox();
  await action(question(page, 1), 'Previous version').click();
  await versions(question(page, 1)).getByText('1 / 2').waitFor();
  const after = await question(page, 1).boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
  expect(await top()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
});
