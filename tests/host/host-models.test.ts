import { describe, expect, test } from 'vitest';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { startHost, until, untilEngine, untilModel } from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const options = loadOptionsSchema.parse({});

describe('the model at launch', () => {
  test('the app would open with nothing to talk to', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.planned.model.path).toBe('/tiny.gguf');
    const info = await host.client.call('app.info', {});
    expect(info).toMatchObject({ builtInModelPath: '/tiny.gguf', nativeFileDialog: false });
  });

  test('a model, or options, that the user has chosen would be forgotten', async () => {
    await using directory = await createTemporaryDirectory();
    const chosen = { ...options, contextLength: 1234 };
    {
      await using host = await startHost({
        engine: 'steady-engine',
        dataDirectory: directory.path,
        initialModelPath: null,
      });
      await host.client.call('model.load', { path: '/chosen.gguf', options: chosen });
    }
    await using host = await startHost({ engine: 'steady-engine', dataDirectory: directory.path });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.planned.model.path).toBe('/chosen.gguf');
    expect(report.options).toEqual(chosen);
  });

  test('the built-in model would be remembered by a path that an update moves', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    const settings = await until(
      host.client,
      'settings',
      (value): value is typeof value => '/tiny.gguf' in value.loadOptionsByModel,
    );
    expect(settings.lastModelPath).toBeNull();
  });

  test('a command line that wants no model would wait for one', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    await untilEngine(host.client, 'ready');
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });

  test('a model file that has moved would leave no word of why nothing is loaded', async () => {
    await using host = await startHost({
      engine: 'steady-engine',
      initialModelPath: '/missing.gguf',
    });
    const { error } = await until(
      host.client,
      'model',
      (value): value is Extract<typeof value, { phase: 'none' }> & { error: AppErrorData } =>
        value.phase === 'none' && value.error !== null,
    );
    expect(error.code).toBe('model-file-missing');
  });
});

describe('a load', () => {
  test('one that fails would cost the model before it, or hide that it failed', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    const failed = host.client.call('model.load', { path: '/missing.gguf', options });
    await expect(failed).rejects.toMatchObject({ code: 'model-file-missing' });
    const state = await until(
      host.client,
      'model',
      (value): value is Extract<typeof value, { phase: 'loaded' }> =>
        value.phase === 'loaded' && value.error !== null,
    );
    expect(state.report.planned.model.path).toBe('/tiny.gguf');
    expect(state.error?.code).toBe('model-file-missing');
  });

  test('one that kills the engine would be tried for ever', async () => {
    await using host = await startHost({ engine: 'dies-in-load', initialModelPath: null });
    const failed = host.client.call('model.load', { path: '/heavy.gguf', options });
    await expect(failed).rejects.toMatchObject({ code: 'engine-crashed' });
    const { error } = await untilModel(host.client, 'none');
    expect(error?.message).toContain('/heavy.gguf');
    expect(error?.suggestion).toContain('not loaded again');
    await until(
      host.client,
      'engine',
      (value): value is typeof value => value.phase === 'ready' && value.generation === 2,
    );
    expect(host.launches()).toBe(2);
    expect((await untilModel(host.client, 'none')).error).toEqual(error);
  });

  test('a second one at the same time would make two models fight for the memory', async () => {
    await using host = await startHost({ engine: 'never-ready', initialModelPath: null });
    const first = host.client.call('model.load', { path: '/a.gguf', options });
    await untilModel(host.client, 'loading');
    const second = host.client.call('model.load', { path: '/b.gguf', options });
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    await host.client.call('model.cancelLoad', {});
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });

  test('an unloaded model would still be shown, or come back', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    await host.client.call('model.unload', {});
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });
});
