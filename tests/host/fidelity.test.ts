import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { FidelityProgress, TypePair } from '#shared/compare/fidelity.ts';
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

const both = (type: TypePair['typeK']): TypePair => ({ typeK: type, typeV: type });
const options = { backend: 'cpu', threads: 1 } as const;

interface Control {
  readonly signal?: AbortSignal;
  onItem?(progress: FidelityProgress): void;
}

function compare(
  { client }: HostUnderTest,
  path: string,
  pairs: TypePair[],
  { signal, onItem = () => {} }: Control = {},
) {
  return client.stream(
    'compare.fidelity',
    { path, options, pairs, tokens: 100 },
    { onItem, ...(signal === undefined ? {} : { signal }) },
  );
}

/** The file of distributions, or whatever else a run should not leave. */
async function leftOf({ dataDirectory }: HostUnderTest): Promise<string[]> {
  return (await readdir(dataDirectory)).filter(name => name.startsWith('fidelity'));
}

describe('a comparison', () => {
  test('a refused configuration would end it, or be passed over without its reason', async () => {
    await using host = await startHost({ initialModelPath: null });
    const path = await ensureModel('head-80');
    const { baseline, rows } = await compare(host, path, [both('q8_0'), both('bf16')]);
    expect(rows.map(({ typeK, status }) => [typeK, status])).toEqual([
      ['q8_0', 'failed'],
      ['bf16', 'measured'],
      ['f16', 'measured'],
    ]);
    expect(rows[0]).toMatchObject({ error: { code: 'cache-type-illegal' } });
    expect(baseline.perplexity).toBeGreaterThan(1);
    expect(await leftOf(host)).toEqual([]);
  });

  test('an engine that dies over one configuration would take the others along', async () => {
    await using host = await startHost({ initialModelPath: null });
    let processId = (await untilEngine(host.client, 'ready')).processId;
    using _watch = host.client.watch('engine', state => {
      if (state.phase === 'ready') processId = state.processId;
    });
    let killed = false;
    const { rows } = await compare(
      host,
      await ensureModel('tiny'),
      [both('q8_0'), both('q4_0'), both('f32')],
      {
        onItem({ typeK, stage }) {
          if (killed || typeK !== 'q4_0' || stage !== 'load') return;
          killed = true;
          process.kill(processId, 'SIGKILL');
        },
      },
    );
    expect(rows.map(({ typeK, status }) => [typeK, status])).toEqual([
      ['q8_0', 'measured'],
      ['q4_0', 'failed'],
      ['f32', 'measured'],
      ['f16', 'measured'],
    ]);
    expect(rows[1]).toMatchObject({ error: { code: 'engine-crashed' } });
    expect(rows[3]).toMatchObject({ klDivergence: { max: 0 }, top1Agreement: 1 });
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
    const chatOptions = loadOptionsSchema.parse({ ...options, contextLength: 1024, typeK: 'q8_0' });
    await host.client.call('model.load', { path, options: chatOptions });
    const conversationId = await newChat(host);
    const viewer = follow(host.client, conversationId);
    const sent = Promise.withResolvers<string>();
    let asked = false;
    await compare(host, path, [both('q4_0')], {
      onItem({ stage }) {
        if (asked || stage !== 'measure') return;
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
  test.each(['load', 'measure'] as const)(
    'in its %s would leave its file, or the chat without its model',
    async stage => {
      await using host = await startHost({ initialModelPath: null });
      const path = await ensureModel('tiny');
      const chatOptions = loadOptionsSchema.parse({ ...options, contextLength: 1024 });
      await host.client.call('model.load', { path, options: chatOptions });
      const abort = new AbortController();
      const running = compare(host, path, [both('q8_0')], {
        signal: abort.signal,
        onItem(progress) {
          if (progress.stage === stage && progress.configuration === 2) abort.abort();
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
      'compare.fidelity',
      { path: await ensureModel('tiny'), options, pairs: [both('q8_0')] },
      { onItem: () => begun.resolve() },
    );
    await begun.promise;
    window.close();
    await expect(running).rejects.toMatchObject({ code: 'connection-lost' });
    await untilModel(host.client, 'none');
    expect(await leftOf(host)).toEqual([]);
  });
});
