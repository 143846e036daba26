import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Message } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import type { Client } from '#shared/rpc/client.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import { type RunningApp, startApp } from '#tools/running-app/app.ts';
import { type AppPage, launchBrowser, openPage } from '#tools/running-app/browser.ts';

/** The built app in its own process and a real browser, for the tests of one file. */
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

export function appUnderTest(model: ModelName): AppUnderTest {
  let app: RunningApp | undefined;
  let browser: Browser | undefined;
  let client: Client<AppContract> | undefined;
  const pages: AppPage[] = [];

  beforeAll(async () => {
    app = await startApp({ model: await ensureModel(model) });
    browser = await launchBrowser();
    client = app.connect();
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
      const messages = await readMessages(started(client), newest?.id ?? '');
      return messages.filter(({ role }) => role === 'assistant');
    },
  };
}

async function readMessages(
  client: Client<AppContract>,
  conversationId: string,
): Promise<Message[]> {
  const messages = Promise.withResolvers<Message[]>();
  const enough = new AbortController();
  const following = client.stream(
    'chat.follow',
    { conversationId },
    {
      signal: enough.signal,
      onItem(event) {
        if (event.type === 'snapshot') messages.resolve(event.messages);
      },
    },
  );
  // It ends by being cancelled; anything else that ends it before the snapshot is the answer.
  following.catch(messages.reject);
  return await messages.promise.finally(() => enough.abort());
}
