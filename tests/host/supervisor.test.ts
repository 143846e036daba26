import { afterEach, describe, expect, test } from 'vitest';
import { crashLimit } from '#host/engine/crash-breaker.ts';
import type { EngineExit, EngineProcess } from '#host/engine/engine-process.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import {
  createEngineSupervisor,
  type EngineDeath,
  type EngineSupervisor,
} from '#host/engine/supervisor.ts';
import { waitForValue } from '#host/signal-wait.ts';
import type { EngineState } from '#shared/lifecycle/engine-state.ts';
import { fixturePath } from './host-under-test.ts';

const launched: EngineProcess[] = [];
const supervisors: EngineSupervisor[] = [];

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor[Symbol.asyncDispose]();
  const exits = await Promise.all(launched.splice(0).map(({ exited }) => exited));
  expect(exits.every(exit => exit.code !== undefined)).toBe(true);
});

function supervise(path: string, readyMs = 30_000, stopMs = 3_000): EngineSupervisor {
  const launch = forkEngine(path);
  const supervisor = createEngineSupervisor(
    () => {
      const started = launch();
      launched.push(started);
      return started;
    },
    { readyMs, stopMs },
  );
  supervisors.push(supervisor);
  return supervisor;
}

function phase<P extends EngineState['phase']>(
  { state }: EngineSupervisor,
  wanted: P,
  generation = 0,
): Promise<Extract<EngineState, { phase: P }>> {
  return waitForValue(state, value =>
    value.phase === wanted && value.generation >= generation
      ? (value as Extract<EngineState, { phase: P }>)
      : undefined,
  );
}

const downForGood = ({ state }: EngineSupervisor) =>
  waitForValue(state, value =>
    value.phase === 'crashed' && !value.restarting ? value.error : undefined,
  );

function lastExit(): Promise<EngineExit | undefined> {
  return launched.at(-1)?.exited ?? Promise.resolve(undefined);
}

describe('an engine that works', () => {
  test('it would be called ready before it can answer, or never', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    supervisor.start();
    expect(supervisor.state.get()).toEqual({ phase: 'starting', generation: 1 });
    const session = await supervisor.session();
    const ready = await phase(supervisor, 'ready');
    expect(ready).toMatchObject({ generation: 1, bindingsRelease: 'scripted' });
    expect(() => process.kill(ready.processId, 0)).not.toThrow();
    await expect(session.client.call('model.current', {})).resolves.toBeNull();
    await expect(
      waitForValue(supervisor.telemetry, sample => sample ?? undefined),
    ).resolves.toMatchObject({ phase: 'idle' });
  });

  test('starting twice would run two of them', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    supervisor.start();
    supervisor.start();
    await supervisor.session();
    supervisor.start();
    expect(launched).toHaveLength(1);
  });

  test('it would outlive the app, or be killed where a word would do', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    supervisor.start();
    await supervisor.session();
    await supervisor[Symbol.asyncDispose]();
    expect(await lastExit()).toMatchObject({ code: 0, signal: null });
    expect(supervisor.state.get()).toEqual({ phase: 'stopped', generation: 1 });
    await expect(supervisor.session()).rejects.toMatchObject({ code: 'engine-unavailable' });
    supervisor.start();
    expect(launched).toHaveLength(1);
  });

  test('one that does not hear the close would keep the app from closing', async () => {
    const supervisor = supervise(fixturePath('ignores-close'), 30_000, 100);
    supervisor.start();
    await supervisor.session();
    await supervisor[Symbol.asyncDispose]();
    expect(await lastExit()).toMatchObject({ signal: 'SIGKILL' });
  });

  test('closing the app while the engine still starts would leave it behind', async () => {
    const supervisor = supervise(fixturePath('never-ready'));
    supervisor.start();
    await supervisor[Symbol.asyncDispose]();
    expect(await lastExit()).toBeDefined();
    expect(supervisor.state.get().phase).toBe('stopped');
  });
});

describe('an engine that is restarted', () => {
  test('it would be called crashed, wait for a stuck one, or lose what is asked of it', async () => {
    const supervisor = supervise(fixturePath('ignores-close'), 30_000, 100);
    const deaths: EngineDeath[] = [];
    supervisor.onDeath(death => deaths.push(death));
    const phases: string[] = [];
    supervisor.state.subscribe(({ phase, generation }) => phases.push(`${phase} ${generation}`));
    supervisor.start();
    const first = await supervisor.session();
    supervisor.restart();
    // Known at once, while the process still has to be killed.
    expect(first.isAlive()).toBe(false);
    const why = await first.died;
    expect(why).toMatchObject({ code: 'engine-restarted' });
    const second = await supervisor.session();
    expect(second.generation).toBe(2);
    expect(await launched[0]?.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(phases).toEqual(['starting 1', 'ready 1', 'starting 2', 'ready 2']);
    expect(deaths).toEqual([{ generation: 1, error: why, restarting: true }]);
    await expect(second.client.call('model.current', {})).resolves.toBeNull();
  });

  test('the user who does it often would be left without an engine, or with two', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    supervisor.start();
    for (let n = 1; n <= crashLimit + 1; n++) {
      const { generation } = await supervisor.session();
      expect(generation).toBe(n);
      supervisor.restart();
      // While another one starts there is nothing to restart.
      supervisor.restart();
    }
    await supervisor.session();
    expect(launched).toHaveLength(crashLimit + 2);
  });

  test('one that is off would stay off', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    supervisor.restart();
    expect(await supervisor.session()).toMatchObject({ generation: 1 });
  });

  test('closing the app meanwhile would leave an engine behind', async () => {
    const supervisor = supervise(fixturePath('ignores-close'), 30_000, 100);
    supervisor.start();
    await supervisor.session();
    supervisor.restart();
    await supervisor[Symbol.asyncDispose]();
    supervisor.restart();
    expect(launched).toHaveLength(1);
    expect(supervisor.state.get().phase).toBe('stopped');
  });
});

describe('an engine that dies', () => {
  test('a request would hang, or a new engine be taken for the dead one', async () => {
    const supervisor = supervise(fixturePath('steady-engine'));
    const deaths: number[] = [];
    supervisor.onDeath(({ generation }) => deaths.push(generation));
    supervisor.start();
    const first = await supervisor.session();
    const { processId } = await phase(supervisor, 'ready');
    const lost = first.client.call('model.current', {});
    process.kill(processId, 'SIGKILL');
    // Either the answer was faster than the signal, or the request ends with the connection.
    await lost.catch(thrown => expect(thrown).toMatchObject({ code: 'connection-lost' }));
    const death = await first.died;
    expect(death.code).toBe('engine-crashed');
    expect(death.message).toContain('SIGKILL');
    expect(first.isAlive()).toBe(false);
    const second = await supervisor.session();
    expect(second.generation).toBe(2);
    expect(deaths).toEqual([1]);
    await expect(first.client.call('model.current', {})).rejects.toMatchObject({
      code: 'connection-lost',
    });
    await expect(second.client.call('model.current', {})).resolves.toBeNull();
  });

  test('one that cannot start would be started for ever, its reason unknown', async () => {
    const supervisor = supervise(fixturePath('crashes-at-hello'));
    supervisor.start();
    const error = await downForGood(supervisor);
    expect(launched).toHaveLength(crashLimit);
    expect(error.message).toContain('exit code 7');
    expect(error.suggestion).toContain('Load a model');
    expect(error.details).toContain('last line of stderr: GGML_ASSERT(driver != nullptr) failed');
    await expect(supervisor.session()).rejects.toMatchObject({ code: 'engine-unavailable' });

    supervisor.start();
    await phase(supervisor, 'crashed', crashLimit + 1);
    expect(launched.length).toBeGreaterThan(crashLimit);
  });

  test('one that never gets ready would be waited for without end', async () => {
    const supervisor = supervise(fixturePath('never-ready'), 100);
    supervisor.start();
    const error = await downForGood(supervisor);
    expect(error.message).toContain('not ready within 0.1 seconds');
    expect(await lastExit()).toMatchObject({ signal: 'SIGKILL' });
  });

  test('one that says why it cannot start would be reported as killed', async () => {
    const supervisor = supervise(fixturePath('refuses-hello'));
    supervisor.start();
    const error = await downForGood(supervisor);
    expect(error.message).toContain('No backend could be started.');
  });

  test('an engine file that is missing would take the app down', async () => {
    const supervisor = supervise(fixturePath('no-such-engine'));
    supervisor.start();
    const error = await downForGood(supervisor);
    expect(error.details).toContain('no-such-engine');
  });

  test('a launcher that throws would take the app down, or recurse', async () => {
    let calls = 0;
    const supervisor = createEngineSupervisor(() => {
      calls++;
      throw new Error('no process could be made');
    });
    supervisors.push(supervisor);
    supervisor.start();
    const error = await downForGood(supervisor);
    expect(calls).toBe(crashLimit);
    expect(error.details).toContain('no process could be made');
  });
});
