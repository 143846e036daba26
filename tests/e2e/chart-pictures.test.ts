import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { appUnderTest } from './app-under-test.ts';
import { ask, changeSettings, monitor } from './chat-page.ts';
import { showFit } from './fit-page.ts';

const shared = appUnderTest('tiny');

const themes = ['light', 'dark'] as const;

interface SavedPicture {
  readonly fileName: string;
  readonly content: Buffer;
}

async function save(chart: Locator, format: 'PNG' | 'SVG'): Promise<SavedPicture> {
  const page = chart.page();
  await chart.getByRole('button', { name: /^Save .* as a picture$/ }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: `Save as ${format}` }).click();
  const file = await download;
  return { fileName: file.suggestedFilename(), content: await readFile(await file.path()) };
}

/** How many pixels of a PNG, between its figures and its legend, have the colour of a token. */
function pixelsOf(page: Page, png: Buffer, token: string): Promise<number> {
  return page.evaluate(
    async ({ address, name }) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('No canvas.');
      const pixels = (x: number, y: number, width: number, height: number) =>
        new Uint32Array(context.getImageData(x, y, width, height).data.buffer);
      context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
      context.fillRect(0, 0, 1, 1);
      const [wanted] = pixels(0, 0, 1, 1);
      context.drawImage(image, 0, 0);
      return pixels(0, 110, image.width, 220).filter(pixel => pixel === wanted).length;
    },
    { address: `data:image/png;base64,${png.toString('base64')}`, name: token },
  );
}

/** An SVG file as the browser reads it, on its own. */
function readSvg(page: Page, svg: string) {
  return page.evaluate(source => {
    const { documentElement: root } = new DOMParser().parseFromString(source, 'application/xml');
    return {
      root: root.localName,
      width: Number(root.getAttribute('width')),
      height: Number(root.getAttribute('height')),
      texts: [...root.querySelectorAll('text')].map(text => text.textContent),
      shapes: root.querySelectorAll('path, rect, circle, line').length,
    };
  }, svg);
}

/** Width and height as the head of a PNG tells them. */
function pngSize(png: Buffer): readonly [number, number] {
  expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

/** Both formats of a chart, with a curve in the colour of a token; answers the texts of the SVG. */
async function expectPictures(
  chart: Locator,
  slug: string,
  token: string,
): Promise<readonly string[]> {
  const page = chart.page();
  const svg = await save(chart, 'SVG');
  const png = await save(chart, 'PNG');
  expect(svg.fileName).toMatch(new RegExp(`^headroom-${slug}-\\d{4}-\\d\\d-\\d\\d-\\d{4}\\.svg$`));
  expect(png.fileName).toMatch(new RegExp(`^headroom-${slug}-.*\\.png$`));
  const source = svg.content.toString('utf8');
  // On its own: no style sheet, no script, no other file, no picture in it.
  expect(source).not.toMatch(/var\(|<image|<style|<script|class=|href=|url\((?!#)/);
  const read = await readSvg(page, source);
  expect(read.root).toBe('svg');
  expect(read.shapes).toBeGreaterThan(5);
  expect(pngSize(png.content)).toEqual([read.width * 2, read.height * 2]);
  expect(await pixelsOf(page, png.content, token)).toBeGreaterThan(20);
  return read.texts.map(text => text ?? '');
}

test.each(themes)('a chart of the Monitor is saved in parts, or not at all, in %s', async theme => {
  const page = await shared.open({ colorScheme: theme });
  await changeSettings(page, { answerLimit: 30 });
  await ask(page, 'The quiet river meets the old road.', 0);
  await ask(page, 'And then?', 1);
  await monitor(page).getByRole('button', { name: 'Last 30 seconds' }).click();
  const chart = (name: string) => monitor(page).getByRole('figure', { name });
  await chart('Time to first token').getByText('Turn 2:').waitFor();

  const fill = await expectPictures(chart('Cache fill'), 'cache-fill', '--series-used');
  expect(fill).toEqual(expect.arrayContaining(['Cache fill', 'latest', '8.2k', 'Turn begins']));
  expect(fill).toContainEqual(expect.stringMatching(/^Used \d+ tokens$/));
  expect(fill).toContainEqual(expect.stringMatching(/^Headroom, \d{4}-\d\d-\d\d \d\d:\d\d$/));

  const speed = await expectPictures(
    chart('Tokens per second'),
    'tokens-per-second',
    '--series-prefill',
  );
  expect(speed).toEqual(expect.arrayContaining(['Tokens per second', 'latest', '0']));
  expect(speed).toContainEqual(expect.stringMatching(/^Decode /));

  const ttft = await expectPictures(
    chart('Time to first token'),
    'time-to-first-token',
    '--series-prefill',
  );
  expect(ttft).toEqual(expect.arrayContaining(['Time to first token', '1', '2', 'Prefill']));
  expect(ttft).toContainEqual(expect.stringMatching(/^Turn 2: .* m?s$/));
});

test.each(themes)('the chart of the Fit page cannot be saved in %s', async theme => {
  const page = await shared.open({ colorScheme: theme });
  await showFit(page, 'preset:gemma-3-12b');
  const chart = page.getByRole('figure', { name: 'Memory over context length' });
  await chart.locator('svg.recharts-surface').waitFor();
  const texts = await expectPictures(chart, 'memory-over-context-length', '--series-k');
  expect(texts).toEqual(expect.arrayContaining(['Memory over context length', 'f16', '0']));
  expect(texts).toContainEqual(expect.stringMatching(/GiB$/));
});

test('a chart whose table is shown, or that has nothing to show yet, is saved as an empty picture', async () => {
  const page = await shared.open();
  const ttft = monitor(page).getByRole('figure', { name: 'Time to first token' });
  const empty = await readSvg(page, (await save(ttft, 'SVG')).content.toString('utf8'));
  expect(empty.texts).toContain('Each turn adds a bar.');

  await changeSettings(page, { answerLimit: 10 });
  await ask(page, 'Hello', 0);
  await monitor(page).getByRole('button', { name: 'Last 30 seconds' }).click();
  const fill = monitor(page).getByRole('figure', { name: 'Cache fill' });
  await fill.getByRole('button', { name: 'Show Cache fill as a table' }).click();
  await fill.getByRole('table').waitFor();
  expect(await fill.getByText('Turn begins').isVisible()).toBe(false);
  await expectPictures(fill, 'cache-fill', '--series-used');
});

test('saving a picture leaves the chart blank, or stops it', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 20 });
  await ask(page, 'Hello', 0);
  const fill = monitor(page).getByRole('figure', { name: 'Cache fill' });
  await fill.getByText(/Used\s*\d+ tokens/).waitFor();
  const drawn = () =>
    fill.locator('canvas').evaluate(canvas => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('No canvas.');
      const blank = document.createElement('canvas');
      blank.width = canvas.width;
      blank.height = canvas.height;
      const picture = canvas.toDataURL();
      return picture === blank.toDataURL() ? 'blank' : picture;
    });
  await save(fill, 'SVG');
  const afterSaving = await drawn();
  expect(afterSaving).not.toBe('blank');
  await ask(page, 'And then?', 1);
  await expect.poll(drawn).not.toBe(afterSaving);
});

test('why earlier turns were read again cannot be told from the charts', async () => {
  const page = await shared.open();
  await changeSettings(page, { answerLimit: 10 });
  await ask(page, 'The quiet river meets the old road.', 0);
  await ask(page, 'And then?', 1);
  await monitor(page).getByRole('button', { name: 'Last 30 seconds' }).click();
  const fill = monitor(page).getByRole('figure', { name: 'Cache fill' });
  await fill.getByText('Turn begins').waitFor();
  expect(await fill.getByText('Read again').count()).toBe(0);

  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Chat settings' });
  await dialog.getByRole('textbox', { name: 'System prompt' }).fill('You answer in rhymes.');
  await dialog.getByText(/the next turn reads \d+ tokens again/).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await ask(page, 'Go on.', 2);
  await fill.getByText('Read again').waitFor();

  const said = fill.getByText(
    /Turn 3 read \d+ tokens of earlier turns again, because the system prompt/,
  );
  const canvas = fill.locator('canvas');
  await canvas.scrollIntoViewIfNeeded();
  await expect.poll(() => pointAlong(canvas, said)).toBe(true);
  // What is read holds still, and does not lie over what it is about.
  const chart = await canvas.boundingBox();
  const readout = await said.boundingBox();
  expect((readout?.y ?? 0) + (readout?.height ?? 0)).toBeLessThanOrEqual((chart?.y ?? 0) + 1);
});

/** Moves the pointer over a chart from the newest time on; whether it was told what is looked for. */
async function pointAlong(canvas: Locator, said: Locator): Promise<boolean> {
  const box = await canvas.boundingBox();
  if (box === null) return false;
  for (let x = box.width - 7; x > 40; x -= 3) {
    await canvas.page().mouse.move(box.x + x, box.y + 50);
    if (await said.isVisible()) return true;
  }
  return false;
}
