import { expect, test } from 'vitest';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import { appUnderTest } from './app-under-test.ts';
import { answer, ask, changeSettings, chooseLoad, loadDialog, messageBox } from './chat-page.ts';
import { showCompare } from './compare-page.ts';
import { longestContexts, showFit } from './fit-page.ts';

const shared = appUnderTest('tiny');

const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
  { width: 480, height: 700 },
];
const themes = ['light', 'dark'] as const;

test.each(sizes.flatMap(viewport => themes.map(colorScheme => ({ viewport, colorScheme }))))(
  'nothing is cut or overlaps at $viewport.width x $viewport.height in $colorScheme',
  async options => {
    const page = await shared.open(options);
    expect(await layoutFaults(page), 'the empty chat').toEqual([]);

    await changeSettings(page, { answerLimit: 60 });
    await ask(page, 'A question. '.repeat(30), 0);
    await messageBox(page).fill('A draft of\nmore than\none line.');
    expect(await layoutFaults(page), 'a conversation').toEqual([]);

    await showFit(page, 'preset:gemma-3-12b');
    await longestContexts(page).waitFor();
    expect(await layoutFaults(page), 'the Fit page').toEqual([]);
    await showCompare(page);
    await page.getByRole('button', { name: 'More settings of q8_0' }).click();
    await page.getByRole('checkbox', { name: 'Answers at the same time' }).click();
    expect(await layoutFaults(page), 'the Compare page').toEqual([]);
    await page.getByRole('button', { name: 'Tune', exact: true }).click();
    expect(await layoutFaults(page), 'the Tune page').toEqual([]);
    await page.getByRole('button', { name: 'Chat', exact: true }).click();

    await chooseLoad(page, { context: 100_000 });
    await page.getByRole('region', { name: 'Expected memory' }).waitFor();
    expect(await layoutFaults(page), 'the Load panel').toEqual([]);
  },
);

test('a word longer than the column wraps instead of pushing the page wide', async () => {
  const page = await shared.open({ viewport: { width: 900, height: 700 } });
  await changeSettings(page, { answerLimit: 1 });
  await ask(page, 'x'.repeat(600), 0);
  expect(await layoutFaults(page)).toEqual([]);
});

test('what a load needs beside what is free lies below the fold of the Load panel', async () => {
  const page = await shared.open();
  await chooseLoad(page, { context: 8192 });
  const total = loadDialog(page).getByText(/^Needs about .* that may be used$/);
  await total.waitFor();
  const box = await total.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(800);
});

test('the figures of a turn take two lines beside an open Monitor', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 20 });
  await ask(page, 'A question. '.repeat(100), 0);
  await ask(page, 'Another. '.repeat(100), 1);
  const tops = await answer(page, 1)
    .getByRole('list', { name: 'Figures of this turn' })
    .getByRole('listitem')
    .evaluateAll(items => items.map(item => item.getBoundingClientRect().top));
  expect(new Set(tops).size).toBe(1);
});

test('a draft that grows, or a smaller window, takes the latest answer out of view', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 300 });
  for (const index of [0, 1, 2]) await ask(page, 'Tell me of the sea. '.repeat(30), index);
  const last = answer(page, 2).getByRole('list', { name: 'Figures of this turn' });
  const jump = page.getByRole('button', { name: 'Jump to latest' });

  for (const lines of [3, 8, 40, 400]) {
    await messageBox(page).fill('One more line of a draft.\n'.repeat(lines));
  }
  await twoFrames();
  await expect.poll(() => isInView()).toBe(true);
  await page.setViewportSize({ width: 800, height: 620 });
  await twoFrames();
  await expect.poll(() => isInView()).toBe(true);
  expect(await jump.isVisible()).toBe(false);

  // Who scrolls up leaves the end nevertheless, and comes back by the button.
  await messageBox(page).fill('');
  await answer(page, 2).hover();
  await page.mouse.wheel(0, -400);
  await jump.waitFor();
  await jump.click();
  await expect.poll(() => isInView()).toBe(true);

  function isInView(): Promise<boolean> {
    return last.evaluate(element => {
      const box = element.getBoundingClientRect();
      const shown = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
      return shown !== null && element.contains(shown);
    });
  }

  function twoFrames(): Promise<void> {
    return page.evaluate(
      () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }
});
