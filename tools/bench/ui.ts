// Frame times of the page while a long answer streams with every live chart in view: the real
// application, the real engine, a real browser that renders in software.
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { percentile } from '#shared/metrics/percentile.ts';
import { ensureModel, isModelName } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { launchBrowser, openPage } from '#tools/running-app/browser.ts';
import { type FrameRecord, recordFrames } from './frame-recorder.ts';

const limits = { p95FrameMs: 20, longestTaskMs: 100, slowestTokensPerSecond: 100 };

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    seconds: { type: 'string', default: '15' },
    context: { type: 'string', default: '32768' },
    screenshot: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Result {
  readonly frames: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly mainThreadMsPerFrame: number;
  readonly tokensPerSecond: number;
  readonly answerTokens: number;
  readonly browser: string;
}

async function measure(): Promise<Result> {
  const modelPath = isModelName(values.model) ? await ensureModel(values.model) : values.model;
  await using app = await startApp({ model: modelPath });
  await using browser = await launchBrowser();
  const { page } = await openPage(browser, app.url, { viewport: { width: 1280, height: 1840 } });
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await load(page, values.context);
  // Discarded: compiles what the measured turn runs, and gives the chart per turn its first bar.
  await send(page, 'Warm up, please.');
  await page.waitForTimeout(1500);
  await stop(page);
  await expectCharts(page);

  await send(page, 'Tell me a very long story.');
  const recorder = await recordFrames(page);
  await page.waitForTimeout(Number(values.seconds) * 1000);
  if (!(await page.getByRole('button', { name: 'Stop' }).isVisible())) {
    throw new Error('The answer ended before the measurement did; take a longer context.');
  }
  const record = await recorder.stop();
  if (values.screenshot !== undefined) await page.screenshot({ path: values.screenshot });
  await stop(page);
  return { ...summary(record), ...(await latestTurn(page)), browser: browser.version() };
}

async function load(page: Page, contextLength: string): Promise<void> {
  await page.getByRole('button', { name: 'Load model' }).click();
  const panel = page.getByRole('dialog');
  await panel.getByRole('textbox', { name: 'Context length' }).fill(contextLength);
  await panel.getByRole('textbox', { name: 'Context length' }).press('Tab');
  await panel.getByRole('button', { name: 'Load', exact: true }).click();
  await panel.waitFor({ state: 'detached', timeout: 120_000 });
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
}

async function stop(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Stop' });
  // A short answer may have ended by itself.
  if (await button.isVisible()) await button.click();
  await button.waitFor({ state: 'detached' });
}

/** @throws when a chart is not wholly in view: the figures would then be of something else */
async function expectCharts(page: Page): Promise<void> {
  const monitor = page.getByRole('region', { name: 'Monitor' });
  const charts = ['Cache fill', 'Tokens per second', 'Memory', 'Time to first token'].map(
    title => [title, monitor.getByRole('figure', { name: title, exact: true })] as const,
  );
  for (const [title, chart] of [
    ['KV map', monitor.getByRole('group', { name: /^Cells/ })] as const,
    ...charts,
  ]) {
    const box = await chart.boundingBox();
    const height = page.viewportSize()?.height ?? 0;
    if (box === null || box.y < 0 || box.y + box.height > height) {
      throw new Error(`The chart "${title}" is not in view.`);
    }
  }
}

async function latestTurn(page: Page) {
  const row = page.getByRole('table', { name: 'Latest turns' }).getByRole('row').nth(1);
  const [, reused, , , decode, cache] = await row.getByRole('cell').allInnerTexts();
  return {
    tokensPerSecond: numberOf(decode),
    answerTokens: numberOf(cache) - numberOf(reused),
  };
}

function numberOf(text = ''): number {
  return Number(text.replaceAll(',', ''));
}

function summary({ frames, longTasks, mainThreadMs }: FrameRecord) {
  const at = (share: number) => percentile(frames, share) ?? Number.NaN;
  return {
    frames: frames.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    longTasks: longTasks.length,
    longestTaskMs: Math.max(0, ...longTasks),
    mainThreadMsPerFrame: mainThreadMs / frames.length,
  };
}

function complaints(result: Result): string[] {
  const { p95, longestTaskMs, tokensPerSecond } = result;
  return [
    ...(p95 <= limits.p95FrameMs
      ? []
      : [`p95 of the frame time is ${p95.toFixed(1)} ms, above ${limits.p95FrameMs} ms`]),
    ...(longestTaskMs <= limits.longestTaskMs
      ? []
      : [`a task took ${longestTaskMs.toFixed(0)} ms, above ${limits.longestTaskMs} ms`]),
    ...(tokensPerSecond >= limits.slowestTokensPerSecond
      ? []
      : [`only ${tokensPerSecond} tokens/s came, below ${limits.slowestTokensPerSecond}`]),
  ];
}

function print(result: Result): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(`browser      Chromium ${result.browser}, software rendering`);
  console.log(`stream       ${result.tokensPerSecond} tokens/s, ${result.answerTokens} tokens`);
  console.log(
    `frame time   p50 ${ms(result.p50)}, p95 ${ms(result.p95)}, p99 ${ms(result.p99)}, max ${ms(result.max)} (${result.frames} frames)`,
  );
  console.log(`main thread  ${ms(result.mainThreadMsPerFrame)} of processor time per frame`);
  console.log(`long tasks   ${result.longTasks}, longest ${ms(result.longestTaskMs)}`);
}

const result = await measure();
if (values.json) console.log(JSON.stringify(result));
else print(result);
const found = complaints(result);
for (const complaint of found) console.error(`above the limit: ${complaint}`);
process.exitCode = found.length === 0 ? 0 : 1;
