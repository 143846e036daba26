import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  chooseLoad,
  conversations,
  loadDialog,
  messageBox,
  monitor,
  newChatButton,
  sendButton,
  stopButton,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';
import { measure, shorten, showCompare } from './compare-page.ts';
import { longestContexts, showFit } from './fit-page.ts';

const shared = appUnderTest('tiny');

/** Roles that say nothing without a name. */
const named = new Set([
  ...['button', 'link', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio', 'slider'],
  ...['spinbutton', 'meter', 'progressbar', 'dialog', 'region', 'navigation', 'article'],
  ...['image', 'figure', 'table', 'separator', 'option', 'menuitem'],
]);

/** The accessibility tree as the browser gives it to a screen reader. */
async function accessibleNodes(page: Page): Promise<{ role: string; name: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter(node => !node.ignored)
    .map(node => ({ role: String(node.role?.value), name: String(node.name?.value ?? '') }));
}

async function nameless(page: Page): Promise<string[]> {
  return (await accessibleNodes(page))
    .filter(({ role, name }) => named.has(role) && name.trim() === '')
    .map(({ role }) => role);
}

test('everything that can be used or visited has a name, before, in and after a conversation', async () => {
  const page = await shared.open();
  expect(await nameless(page)).toEqual([]);
  await changeSettings(page, { answerLimit: 20 });
  await ask(page, 'Hello', 0);
  expect(await nameless(page)).toEqual([]);
  await chooseLoad(page, {});
  await loadDialog(page).getByRole('region', { name: 'Expected memory' }).waitFor();
  expect(await nameless(page)).toEqual([]);
});

test('the Fit page has controls without a name, or headings that skip a level', async () => {
  const page = await shared.open();
  await showFit(page, 'preset:jamba-1.5-mini');
  await longestContexts(page).waitFor();
  await page.getByRole('figure', { name: 'Memory over context length' }).waitFor();
  expect(await nameless(page)).toEqual([]);
  await expectHeadingLevels(page);
});

test('the Compare page has controls without a name, or headings that skip a level', async () => {
  const page = await shared.open();
  await showCompare(page);
  await page.getByRole('button', { name: 'More settings of q8_0' }).click();
  for (const part of ['Answers side by side', 'Answers at the same time']) {
    await page.getByRole('checkbox', { name: part }).click();
  }
  expect(await nameless(page)).toEqual([]);
  await page.getByRole('checkbox', { name: 'Answers at the same time' }).click();
  await shorten(page);
  await measure(page);
  expect(await nameless(page)).toEqual([]);
  await expectHeadingLevels(page);
  await page.getByRole('button', { name: 'Tune', exact: true }).click();
  expect(await nameless(page)).toEqual([]);
  await expectHeadingLevels(page);
});

test('the parts have the names that people and tests rely on', async () => {
  const page = await shared.open();
  for (const part of [
    messageBox(page),
    sendButton(page),
    newChatButton(page),
    page.getByRole('button', { name: 'Load model' }),
    monitor(page),
    conversations(page),
  ]) {
    expect(await part.count()).toBe(1);
  }
  await messageBox(page).fill('Tell me everything.');
  await sendButton(page).click();
  await stopButton(page).waitFor();
  await untilAnswering(page, 0);
  expect(await page.getByRole('article').count()).toBe(2);
  await stopButton(page).click();
  await untilEnded(page, 0);
});

test('one heading of the first level, and none that skips a level', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 5 });
  await ask(page, 'Hello', 0);
  await expectHeadingLevels(page);
});

async function expectHeadingLevels(page: Page): Promise<void> {
  const levels = await page
    .getByRole('heading')
    .evaluateAll(headings => headings.map(heading => Number(heading.tagName.slice(1))));
  expect(levels.filter(level => level === 1)).toHaveLength(1);
  for (const [index, level] of levels.entries()) {
    expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
  }
}

test('the keyboard alone: write, send, stop, start anew, hide and show the Monitor, load', async () => {
  const page = await shared.open();
  await page.keyboard.press('ControlOrMeta+l');
  await page.keyboard.type('Tell me everything.');
  await page.keyboard.press('Enter');
  await untilAnswering(page, 0);
  await page.keyboard.press('Escape');
  await untilEnded(page, 0);
  await answer(page, 0).getByText('You stopped this answer.').waitFor();

  await page.keyboard.press('Alt+n');
  await page.getByRole('article').first().waitFor({ state: 'hidden' });
  await page.keyboard.type('A new chat begins here');
  expect(await messageBox(page).inputValue()).toBe('A new chat begins here');

  await page.keyboard.press('ControlOrMeta+m');
  await monitor(page).waitFor({ state: 'hidden' });
  await page.keyboard.press('ControlOrMeta+m');
  await monitor(page).waitFor();

  await page.keyboard.press('ControlOrMeta+o');
  await loadDialog(page).waitFor();
  await page.keyboard.press('Escape');
  await loadDialog(page).waitFor({ state: 'hidden' });
  expect(await messageBox(page).inputValue()).toBe('A new chat begins here');
});

test('the Tab key reaches everything, in a circle and with a visible focus', async () => {
  const page = await shared.open({ reducedMotion: 'reduce' });
  await messageBox(page).fill('Something to send');
  const seen = new Set<string>();
  const invisible = new Set<string>();
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('Tab');
    const { name, visible } = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return { name: '', visible: true };
      const text = element.getAttribute('aria-label') ?? element.textContent ?? '';
      const shows = (candidate: Element | null): boolean => {
        if (candidate === null) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(candidate);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      };
      // The message box shows its focus on the frame around it, the Monitor's edge by a line in it.
      const around = element.closest('form, [role=group], li');
      const line = getComputedStyle(element, '::after');
      const hasLine = line.content !== 'none' && line.opacity === '1';
      return { name: text.trim(), visible: shows(element) || shows(around) || hasLine };
    });
    if (name === '') continue;
    seen.add(name);
    if (!visible) invisible.add(name);
  }
  for (const wanted of ['New chat', 'Load model', 'Message', 'Chat settings', 'Send']) {
    expect([...seen]).toContain(wanted);
  }
  expect([...invisible]).toEqual([]);
});
