import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  follow,
  type HostUnderTest,
  newChat,
  startHost,
  untilEngine,
  untilModel,
} from './host-under-test.ts';

const configured = (type: Configuration['typeK']): Configuration =>
  configurationSchema.parse({ typeK: type, typeV: type, threads: 1 });
const configurations = [configured('f16'), configured('q8_0'), configured('q4_0')];

interface Control {
  readonly signal?: AbortSignal;
  onItem?(progress: ComparisonProgress): void;
}

/** Every part, on the tiny model. */
async function runAll({ client }: HostUnderTest, { signal, onItem = () => {} }: Control = {}) {
  return await client.stream(
    'compare.run',
    {
      path: await ensureModel('tiny'),
      options: { backend: 'cpu' },
      configurations,
      speed: { depths: [40], promptTokens: 64, generatedTokens: 32, repetitions: 1 },
      fidelity: { tokens: 100 },
      outputs: { prompt: 'Where does the river go?', tokens: 100 },
      parallel: { sequences: [1, 3], promptTokens: 40, generatedTokens: 80, repetitions: 1 },
    },
    {
      onItem(progress) {
        onItem(progress);
      },
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

type Run = Awaited<ReturnType<typeof runAll>>;

const folderOf = ({ dataDirectory }: HostUnderTest) => join(dataDirectory, 'measurement');

/** The model that the chat had, and an answer from it. */
async function expectChat(host: HostUnderTest): Promise<void> {
  const { report } = await untilModel(host.client, 'loaded');
  expect(report.planned.model.path).toBe(await ensureModel('tiny'));
  expect(report.options.sequences).toBe(1);
  const conversationId = await newChat(host);
  const viewer = follow(host.client, conversationId);
  const { answerId } = await host.client.call('chat.send', { conversationId, text: 'Hello' });
  await host.client.call('chat.stop', { conversationId });
  expect(await viewer.ended(answerId)).toMatchObject({ error: null });
  expect(existsSync(folderOf(host))).toBe(false);
}

/** How each part ended for each configuration; null of one that there is nothing to measure of. */
function outcomes({ speed, fidelity, outputs, parallel }: Run) {
  return Object.fromEntries(
    Object.entries({ speed, fidelity, outputs, parallel }).map(([part, result]) => [
      part,
      result?.configurations.map(each => each?.outcome ?? null) ?? null,
    ]),
  );
}

describe('a run of all parts that is cancelled', () => {
  let host: HostUnderTest;
  beforeAll(async () => {
    host = await startHost();
    await untilModel(host.client, 'loaded');
  });
  afterAll(() => host[Symbol.asyncDispose]());

  test.each([
    ['speed', 'warm-up'],
    ['speed', 'depth'],
    ['fidelity', 'read'],
    ['outputs', 'load'],
    ['outputs', 'write'],
    ['parallel', 'load'],
    ['parallel', 'prefill'],
    ['parallel', 'decode'],
  ] as const)(
    'in the %s, in its %s, would leave a file, half a result, or the chat without its model',
    async (part, stage) => {
      const abort = new AbortController();
      const cancelled = runAll(host, {
        signal: abort.signal,
        onItem(progress) {
          if (progress.part === part && progress.stage === stage) abort.abort();
        },
      });
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
      await expectChat(host);
    },
  );
});

interface Place extends Pick<ComparisonProgress, 'part' | 'stage' | 'configuration'> {}

/** Every part, in a run whose engine is killed at these places. */
async function runKilled(host: HostUnderTest, places: readonly Place[]): Promise<Run> {
  const left = [...places];
  let processId = 0;
  using _watch = host.client.watch('engine', state => {
    if (state.phase === 'ready') processId = state.processId;
  });
  await untilEngine(host.client, 'ready');
  return await runAll(host, {
    onItem({ part, stage, configuration }) {
      const at = left.findIndex(
        each => each.part === part && each.stage === stage && each.configuration === configuration,
      );
      if (at < 0) return;
      left.splice(at, 1);
      process.kill(processId, 'SIGKILL');
    },
  });
}

test('what is refused in one part would cost the parts that it is no reason in', async () => {
  await using host = await startHost({ initialModelPath: null });
  const result = await host.client.stream(
    'compare.run',
    {
      path: await ensureModel('tiny'),
      options: { backend: 'cpu' },
      configurations: [configured('f16'), { ...configured('f16'), keepsCache: false }],
      speed: { depths: [0], promptTokens: 16, generatedTokens: 0, repetitions: 1 },
      outputs: { prompt: 'Where does the river go?', tokens: 4 },
    },
    { onItem() {} },
  );
  expect(outcomes(result)).toMatchObject({
    speed: ['measured', 'failed'],
    outputs: ['measured', 'measured'],
  });
});

describe('a run of all parts whose engine dies', () => {
  const crashed = { outcome: 'failed', error: { code: 'engine-crashed' } };

  test('over two configurations would lose what others measured, or try them again in later parts', async () => {
    await using host = await startHost();
    await untilModel(host.client, 'loaded');
    const result = await runKilled(host, [
      { part: 'speed', stage: 'depth', configuration: 1 },
      { part: 'outputs', stage: 'write', configuration: 2 },
    ]);
    expect(outcomes(result)).toEqual({
      speed: ['measured', 'failed', 'measured'],
      fidelity: [null, 'failed', 'measured'],
      outputs: ['measured', 'failed', 'failed'],
      parallel: ['measured', 'failed', 'failed'],
    });
    expect(result.speed?.configurations[1]).toMatchObject(crashed);
    expect(result.outputs?.configurations[2]).toMatchObject(crashed);
    expect(result.partErrors).toEqual({});
    expect(host.launches()).toBe(3);
    await expectChat(host);
  });

  test('over the baseline would cost the parts that need none, or hide why fidelity is missing', async () => {
    await using host = await startHost();
    await untilModel(host.client, 'loaded');
    const result = await runKilled(host, [
      { part: 'fidelity', stage: 'load', configuration: null },
      { part: 'parallel', stage: 'decode', configuration: 1 },
    ]);
    expect(outcomes(result)).toEqual({
      speed: ['measured', 'measured', 'measured'],
      fidelity: null,
      outputs: ['measured', 'measured', 'measured'],
      parallel: ['measured', 'failed', 'measured'],
    });
    expect(result.partErrors).toMatchObject({ fidelity: { code: 'engine-crashed' } });
    expect(result.parallel?.configurations[1]).toMatchObject(crashed);
    expect(host.launches()).toBe(3);
    await expectChat(host);
  });
});
