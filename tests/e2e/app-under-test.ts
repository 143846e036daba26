import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Message } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { type LoadReport, loadOptionsSchema } from '#shared/model/load.ts';
import type { Client } from '#shared/rpc/client.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import { type RunningApp, startApp } from '#tools/running-app/app.ts';
import { type AppPage, launchBrowser, openPage } from '#tools/running-app/browser.ts';

/** What every test begins with: all the context there is, and no calibration of threads. */
const firstOptions = { contextLength: 8192, threads: 1 } as const;

/**
 * The built app in its own process and a real browser, for the tests of one file. Each test finds
 * the model loaded and idle, whatever the one before left.
 */
export interface AppUnderTest {
  readonly app: RunningApp;
  readonly browser: Browser;
  /** A second front end, to look at what the page shows from the other side. */
  readonly client: Client<AppContract>;
  /** A page that has connected and whose model is ready. Closed, and asked for complaints, after the test. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The answers of the conversation changed last, as the host gives them to any page. */
  answers(): Promise<Message[]>;
}

/** @param start how the app is started, where it is to be another one than the command line's */
export function appUnderTest(
  model: ModelName,
  start: (options: { model: string }) => Promise<RunningApp> = startApp,
): AppUnderTest {
  let app: RunningApp | undefined;
  let browser: Browser | undefined;
  let client: Client<AppContract> | undefined;
  const pages: AppPage[] = [];

  beforeAll(async () => {
    app = await start({ model: await ensureModel(model) });
    browser = await launchBrowser();
    client = app.connect();
  });
  beforeEach(async () => {
    const path = await ensureModel(model);
    await stopLatestAnswer(started(client));
    await loadAgain(started(client), path);
  });
  afterAll(async () => {
    client?.close();
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    const opened = pages.splice(0);
    for (const { context } of opened) await context.close();
    // Errors on the console, breaches of the page's policy, requests to anywhere else.
    expect(opened.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('The app is not running yet.');
    return part;
  };
  return {
    get app() {
      return started(app);
    },
    get browser() {
      return started(browser);
    },
    get client() {
      return started(client);
    },
    async open(options) {
      const opened = await openPage(started(browser), started(app).url, options);
      pages.push(opened);
      await opened.page.getByRole('list', { name: 'The loaded model' }).waitFor();
      return opened.page;
    },
    async answers() {
      const [newest] = await started(client).call('conversations.list', { query: '' });
      const messages = await latestMessages(started(client), newest?.id ?? '');
      return messages.filter(({ role }) => role === 'assistant');
    },
  };
}

async function stopLatestAnswer(client: Client<AppContract>): Promise<void> {
  const [newest] = await client.call('conversations.list', { query: '' });
  if (newest === undefined) return;
  await client.call('chat.stop', { conversationId: newest.id });
  await latestMessages(client, newest.id, messages =>
    messages.every(({ status }) => status !== 'running'),
  );
}

async function loadAgain(client: Client<AppContract>, path: string): Promise<void> {
  const settled = Promise.withResolvers<LoadReport | null>();
  const watch = client.watch('model', state => {
    if (state.phase === 'loaded') settled.resolve(state.report);
    else if (state.phase === 'none') settled.resolve(null);
  });
  const report = await settled.promise.finally(() => watch[Symbol.dispose]());
  const options = loadOptionsSchema.parse(firstOptions);
  const asWanted =
    report?.planned.model.path === path &&
    JSON.stringify(report.options) === JSON.stringify(options);
  if (!asWanted) await client.call('model.load', { path, options });
}

/** The messages of a conversation as soon as they are as wanted. */
async function latestMessages(
  client: Client<AppContract>,
  conversationId: string,
  wanted: (messages: readonly Message[]) => boolean = () => true,
): Promise<Message[]> {
  const messages = new Map<string, Message>();
  const found = Promise.withResolvers<Message[]>();
  const enough = new AbortController();
  const following = client.stream(
    'chat.follow',
    { conversationId },
    {
      signal: enough.signal,
      onItem(event) {
        const news =
          event.type === 'snapshot'
            ? event.messages
            : event.type === 'message'
              ? [event.message]
              : [];
        for (const message of news) messages.set(message.id, message);
        const all = [...messages.values()];
        if (wanted(all)) found.resolve(all);
      },
    },
  );
  // It ends by being cancelled; anything else that ends it before that is the answer.
  following.catch(found.reject);
  return await found.promise.finally(() => enough.abort());
}
