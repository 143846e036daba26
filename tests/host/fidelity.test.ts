import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  follow,
  type HostUnderTest,
  newChat,
  startHost,
  until,
  untilEngine,
  untilModel,
} from './host-under-test.ts';

const both = (type: Configuration['typeK']): Configuration =>
  configurationSchema.parse({ typeK: type, typeV: type, threads: 1 });
const options = { backend: 'cpu' } as const;

interface Control {
  readonly signal?: AbortSignal;
  onItem?(progress: ComparisonProgress): void;
}

async function compare(
  { client }: HostUnderTest,
  path: string,
  configurations: Configuration[],
  { signal, onItem = () => {} }: Control = {},
) {
  const { fidelity } = await client.stream(
    'compare.run',
    { path, options, configurations, fidelity: { tokens: 100 } },
    { onItem, ...(signal === undefined ? {} : { signal }) },
  );
  if (fidelity === null) throw new Error('Fidelity was not measured.');
  return { ...fidelity, outcomes: fidelity.configurations.map(each => each?.outcome) };
}

/** The file of distributions, or whatever else a run should not leave. */
async function leftOf({ dataDirectory }: HostUnderTest): Promise<string[]> {
  return (await readdir(dataDirectory)).filter(name => name === 'measurement');
}

describe('a comparison', () => {
  test('a refused configuration would end it, or be passed over without its reason', async () => {
    await using host = await startHost({ initialModelPath: null });
    const path = await ensureModel('head-80');
    const { baseline, configurations, noise, outcomes } = await compare(host, path, [
      both('q8_0'),
      both('bf16'),
    ]);
    expect(outcomes).toEqual(['failed', 'measured']);
    expect(configurations[0]).toMatchObject({ error: { code: 'cache-type-illegal' } });
    expect(noise.outcome).toBe('measured');
    expect(baseline.perplexity).toBeGreaterThan(1);
    expect(await leftOf(host)).toEqual([]);
  });

  test('a shorter context would read less than the others, and fail for its file', async () => {
    await using host = await startHost({ initialModelPath: null });
    const { outcomes, text } = await compare(host, await ensureModel('tiny'), [
      both('q8_0'),
      { ...both('q4_0'), contextLength: 48 },
    ]);
    expect(outcomes).toEqual(['measured', 'measured']);
    expect(text.expected).toHaveLength(46);
  });

  test('an engine that dies over one configuration would take the others along', async () => {
    await using host = await startHost({ initialModelPath: null });
    let processId = (await untilEngine(host.client, 'ready')).processId;
    using _watch = host.client.watch('engine', state => {
      if (state.phase === 'ready') processId = state.processId;
    });
    let killed = false;
    const { configurations, noise, outcomes } = await compare(
      host,
      await ensureModel('tiny'),
      [both('q8_0'), both('q4_0'), both('f32')],
      {
        onItem({ configuration, stage }) {
          if (killed || configuration !== 1 || stage !== 'load') return;
          killed = true;
          process.kill(processId, 'SIGKILL');
        },
      },
    );
    expect(outcomes).toEqual(['measured', 'failed', 'measured']);
    expect(configurations[1]).toMatchObject({ error: { code: 'engine-crashed' } });
    expect(noise).toMatchObject({ klDivergence: { max: 0 }, top1Agreement: 1 });
    expect(host.launches()).toBe(2);
    expect(await leftOf(host)).toEqual([]);
  });

  test('a baseline that cannot be measured would give figures against nothing', async () => {
    await using host = await startHost();
    await untilModel(host.client, 'loaded');
    await expect(compare(host, '/missing.gguf', [both('q8_0')])).rejects.toMatchObject({
      code: 'model-file-missing',
    });
    expect(await leftOf(host)).toEqual([]);
    await untilModel(host.client, 'loaded');
  });

  test('would leave the chat without its model, or its messages unanswered', async () => {
    await using host = await startHost({ initialModelPath: null });
    const path = await ensureModel('tiny');
    const chatOptions = loadOptionsSchema.parse({
      ...options,
      threads: 1,
      contextLength: 1024,
      typeK: 'q8_0',
    });
    await host.client.call('model.load', { path, options: chatOptions });
    const conversationId = await newChat(host);
    const viewer = follow(host.client, conversationId);
    const sent = Promise.withResolvers<string>();
    let asked = false;
    await compare(host, path, [both('q4_0')], {
      onItem({ stage }) {
        if (asked || stage !== 'read') return;
        asked = true;
        host.client
          .call('chat.send', { conversationId, text: 'Hello' })
          .then(({ answerId }) => sent.resolve(answerId), sent.reject);
      },
    });
    expect(await viewer.ended(await sent.promise)).toMatchObject({ status: 'done', error: null });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.options).toEqual(chatOptions);
  });

  test('a chat would be read as another text than its messages', async () => {
    await using host = await startHost();
    await untilModel(host.client, 'loaded');
    const conversationId = await newChat(host);
    await host.client.call('conversations.update', { conversationId, sampling: { maxTokens: 3 } });
    const viewer = follow(host.client, conversationId);
    const question = 'The lighthouse stands on the northern cliff.';
    const { answerId } = await host.client.call('chat.send', { conversationId, text: question });
    await viewer.ended(answerId);
    const { fidelity } = await host.client.stream(
      'compare.run',
      {
        path: await ensureModel('tiny'),
        options,
        configurations: [both('q8_0')],
        fidelity: { text: { kind: 'conversation', conversationId }, tokens: 200 },
      },
      { onItem: () => {} },
    );
    expect(fidelity?.text).toMatchObject({ kind: 'conversation', name: question });
    expect(fidelity?.text.expected.join('')).toContain('lighthouse stands on the northern cliff.');
  });

  test('a second one at the same time would write into the same file', async () => {
    await using host = await startHost({ initialModelPath: null });
    const abort = new AbortController();
    const path = await ensureModel('tiny');
    const begun = Promise.withResolvers<void>();
    const first = compare(host, path, [both('q8_0')], {
      signal: abort.signal,
      onItem: () => begun.resolve(),
    });
    await begun.promise;
    await expect(compare(host, path, [both('q8_0')])).rejects.toMatchObject({ code: 'busy' });
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a cancelled comparison', () => {
  test.each(['load', 'read'] as const)(
    'in its %s would leave its file, or the chat without its model',
    async stage => {
      await using host = await startHost({ initialModelPath: null });
      const path = await ensureModel('tiny');
      const chatOptions = loadOptionsSchema.parse({ ...options, threads: 1, contextLength: 1024 });
      await host.client.call('model.load', { path, options: chatOptions });
      const abort = new AbortController();
      const running = compare(host, path, [both('q8_0')], {
        signal: abort.signal,
        onItem(progress) {
          if (progress.stage === stage && progress.configuration === 0) abort.abort();
        },
      });
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
      const { report } = await until(
        host.client,
        'model',
        (value): value is Extract<typeof value, { phase: 'loaded' }> => value.phase === 'loaded',
      );
      expect(report.options).toEqual(chatOptions);
      expect(await leftOf(host)).toEqual([]);
    },
  );

  test('whose window is gone would run on', async () => {
    await using host = await startHost({ initialModelPath: null });
    const window = host.connect();
    const begun = Promise.withResolvers<void>();
    const running = window.stream(
      'compare.run',
      {
        path: await ensureModel('tiny'),
        options,
        configurations: [both('q8_0')],
        fidelity: {},
      },
      { onItem: () => begun.resolve() },
    );
    await begun.promise;
    window.close();
    await expect(running).rejects.toMatchObject({ code: 'connection-lost' });
    await untilModel(host.client, 'none');
    expect(await leftOf(host)).toEqual([]);
  });
});
