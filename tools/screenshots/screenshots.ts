// The pictures of the documentation: the built app and a short conversation, in both themes and two
// sizes. Fails when something on them is cut or covered.
import { copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openConversation } from '#cli/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { Client } from '#shared/rpc/client.ts';
import { type RunningApp, startApp } from '#tools/running-app/app.ts';
import { launchBrowser, openPage } from '#tools/running-app/browser.ts';
import { layoutFaults } from '#tools/running-app/layout-faults.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';
import { takeComparePictures } from './compare-pictures.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'images');

const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
];
const themes = ['light', 'dark'] as const;

/** Titles of the list, newest first; the last one is the conversation that is shown. */
const conversations = [
  ['How long can the context be on this machine?'],
  ['Compare f16 and q8_0 for the cache'],
  [
    'What is a KV cache?',
    // Long enough that its speed can be seen on the live charts.
    'Tell me a long story and watch the cache fill.',
  ],
];

interface Plan {
  /** As the address has it. */
  readonly model: string;
  /** Null: what is free. */
  readonly budgetGib: number | null;
}

/** What the pictures of the Fit page plan for, given a file that has been loaded. */
const plans: Readonly<Record<string, (sample: string) => Plan>> = {
  preset: () => ({ model: 'preset:llama-3.1-8b', budgetGib: 8 }),
  file: sample => ({ model: sample, budgetGib: null }),
  nothing: () => ({ model: 'preset:llama-3.1-70b', budgetGib: 8 }),
};

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  // As at the first launch: with the built-in model.
  const app = await startApp();
  const client = app.connect();
  const browser = await launchBrowser();
  try {
    await untilLoaded(client);
    const faults = [];
    for (const viewport of sizes) {
      for (const colorScheme of themes) {
        const name = `chat-${colorScheme}-${viewport.width}x${viewport.height}`;
        for (const fault of await picture(name, { viewport, colorScheme }, app, client, browser)) {
          faults.push(`${name}: ${fault}`);
        }
        console.log(`docs/images/${name}.png`);
      }
    }
    for (const [name, show] of Object.entries(moments)) {
      for (const fault of await momentPicture(`monitor-${name}`, show, app, client, browser)) {
        faults.push(`monitor-${name}: ${fault}`);
      }
      console.log(`docs/images/monitor-${name}.png`);
    }
    const sample = await loadSample(client);
    for (const [name, plan] of Object.entries(plans)) {
      for (const colorScheme of themes) {
        const file = `fit-${name}-${colorScheme}`;
        for (const fault of await fitPicture(file, plan(sample), colorScheme, app, browser)) {
          faults.push(`${file}: ${fault}`);
        }
        console.log(`docs/images/${file}.png`);
      }
    }
    faults.push(...(await takeComparePictures(folder, app, browser)));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    client.close();
    await browser.close();
    await app[Symbol.asyncDispose]();
  }
}

/** Holds the conversations in view of a page of this size and theme; answers what is wrong on it. */
async function picture(
  name: string,
  options: BrowserContextOptions,
  app: RunningApp,
  client: Client<AppContract>,
  browser: Browser,
): Promise<readonly string[]> {
  const ids = [];
  for (const questions of conversations) {
    const shown = questions.length > 1;
    const { id } = await client.call('conversations.create', {});
    ids.push(id);
    await client.call('conversations.update', {
      conversationId: id,
      // Greedy, so that the words change only when the model does.
      sampling: { temperature: 0, maxTokens: shown ? null : 1 },
    });
    if (!shown) await converse(client, id, questions);
  }
  const shownId = ids.at(-1) ?? '';
  const { page, context, complaints } = await openPage(browser, `${app.url}&chat=${shownId}`, {
    reducedMotion: 'reduce',
    ...options,
  });
  await page.getByRole('list', { name: 'The loaded model' }).waitFor();
  const monitor = page.getByRole('region', { name: 'Monitor' });
  await monitor.getByRole('button', { name: 'Last 30 seconds' }).click();
  await page.getByRole('textbox', { name: 'Message' }).focus();
  await converse(client, shownId, conversations.at(-1) ?? []);
  await page
    .getByRole('list', { name: 'Figures of this turn' })
    .nth((conversations.at(-1)?.length ?? 0) - 1)
    .waitFor();
  // The Monitor's figures follow a little later.
  await monitor
    .getByRole('figure', { name: 'Tokens per second' })
    .filter({ hasText: /Decode\s*idle/ })
    .waitFor();
  const faults = [...(await layoutFaults(page)), ...complaints];
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
  for (const conversationId of ids) await client.call('conversations.delete', { conversationId });
  return faults;
}

type Moment = (page: Page, client: Client<AppContract>, conversationId: string) => Promise<void>;

const facts = [
  'What is a KV cache?',
  'Why is the first token slow?',
  'Does a quantized cache hurt the answers?',
];

/** What the Monitor explains, each in a conversation of its own. */
const moments: Readonly<Record<string, Moment>> = {
  async reuse(page, client, id) {
    await converse(client, id, facts);
    await page.getByRole('article').nth(5).waitFor();
  },
  async edit(page, client, id) {
    await converse(client, id, facts);
    await page.getByRole('article').nth(2).hover();
    await page.getByRole('button', { name: 'Edit message' }).nth(1).click();
    await page
      .getByRole('textbox', { name: 'New text' })
      .fill('How much context fits into my VRAM?');
    await page
      .getByText(/^Reads \d/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Send the new text' }).click();
    await page.getByText('2 / 2').waitFor();
    await page.getByRole('list', { name: 'Figures of this turn' }).nth(1).waitFor();
  },
  async overflow(page, client, id) {
    const { builtInModelPath } = await client.call('app.info', {});
    const options = loadOptionsSchema.parse({ contextLength: 256, threads: 1 });
    await client.call('model.load', { path: builtInModelPath ?? '', options });
    await client.call('conversations.update', { conversationId: id, overflow: 'drop-oldest' });
    await converse(client, id, [...facts, ...facts]);
    await page.getByText('The context was full. From here on').first().scrollIntoViewIfNeeded();
  },
  async restored(page, client, id) {
    const { builtInModelPath } = await client.call('app.info', {});
    const options = loadOptionsSchema.parse({ contextLength: 2048, threads: 1 });
    await client.call('model.load', { path: builtInModelPath ?? '', options });
    await converse(client, id, [...facts, ...facts, ...facts]);
    await client.call('snapshot.save', { conversationId: id });
    // The engine forgets everything when the model is loaded anew.
    await client.call('model.load', { path: builtInModelPath ?? '', options });
    await page.getByText(/on the disk$/).waitFor();
    await converse(client, id, ['What is a KV cache?']);
    await page.getByText('tokens were restored from a snapshot').scrollIntoViewIfNeeded();
  },
  async prefill(page, client, id) {
    const { builtInModelPath } = await client.call('app.info', {});
    const options = loadOptionsSchema.parse({ contextLength: 32_768, threads: 1 });
    await client.call('model.load', { path: builtInModelPath ?? '', options });
    const text = 'The cache keeps the keys and values of every token. '.repeat(1500);
    await client.call('chat.send', { conversationId: id, text });
    await page
      .getByText(/^Reading [1-9]/)
      .first()
      .waitFor();
  },
};

/** One of the moments; answers what is wrong on the page. */
async function momentPicture(
  name: string,
  show: Moment,
  app: RunningApp,
  client: Client<AppContract>,
  browser: Browser,
): Promise<readonly string[]> {
  const { id } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId: id,
    sampling: { temperature: 0, maxTokens: 60 },
  });
  const { page, context, complaints } = await openPage(browser, `${app.url}&chat=${id}`, {
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
  });
  await page.getByRole('list', { name: 'The loaded model' }).waitFor();
  await show(page, client, id);
  const faults = [...(await layoutFaults(page)), ...complaints];
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await client.call('chat.stop', { conversationId: id });
  // The next model is loaded only when the answer has ended.
  await page.locator('article[aria-busy=true]').first().waitFor({ state: 'detached' });
  await context.close();
  await client.call('conversations.delete', { conversationId: id });
  return faults;
}

/** Loads the built-in model from where nobody's folders are to be seen, so that there is something to compare. */
async function loadSample(client: Client<AppContract>): Promise<string> {
  const { builtInModelPath } = await client.call('app.info', {});
  const sample = path.join(tmpdir(), 'models', 'headroom-demo.gguf');
  await mkdir(path.dirname(sample), { recursive: true });
  await copyFile(builtInModelPath ?? '', sample);
  for (const typeK of ['f16', 'q8_0'] as const) {
    const options = loadOptionsSchema.parse({ typeK, contextLength: 2048, threads: 1 });
    await client.call('model.load', { path: sample, options });
  }
  return sample;
}

/** The whole Fit page; answers what is wrong on it. */
async function fitPicture(
  name: string,
  { model, budgetGib }: Plan,
  colorScheme: (typeof themes)[number],
  app: RunningApp,
  browser: Browser,
): Promise<readonly string[]> {
  const address = `${app.url}&fit=${encodeURIComponent(model)}`;
  const { page, context, complaints } = await openPage(browser, address, {
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 1560 },
    colorScheme,
  });
  const chart = page.getByRole('figure', { name: 'Memory over context length' });
  await chart.waitFor();
  if (budgetGib !== null) {
    await page.getByRole('button', { name: `Budget of ${budgetGib} GiB` }).click();
    await chart.getByText(`budget ${budgetGib.toFixed(2)} GiB`).waitFor();
  }
  const faults = [...(await layoutFaults(page)), ...complaints];
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
  return faults;
}

async function converse(
  client: Client<AppContract>,
  conversationId: string,
  questions: readonly string[],
): Promise<void> {
  const conversation = await openConversation(client, conversationId, () => {});
  for (const question of questions) {
    await conversation.send(question, new AbortController().signal);
  }
}

await main();
