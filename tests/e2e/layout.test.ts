import { expect, test } from 'vitest';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import { appUnderTest } from './app-under-test.ts';
import { ask, changeSettings, chooseLoad, messageBox } from './chat-page.ts';

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
