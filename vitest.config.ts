import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

interface ProjectOptions {
  /** Processes at once. Each one of a heavy project holds a model or a browser. */
  readonly maxWorkers?: number;
  readonly testTimeoutMs: number;
  /** Projects of one group run side by side, groups one after the other. */
  readonly group: number;
}

function project(name: string, options: ProjectOptions): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`tests/${name}/**/*.test.{ts,tsx}`],
      testTimeout: options.testTimeoutMs,
      hookTimeout: Math.max(options.testTimeoutMs, 60_000),
      sequence: { groupOrder: options.group },
      ...(options.maxWorkers === undefined ? {} : { maxWorkers: options.maxWorkers }),
    },
  };
}

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      project('unit', { testTimeoutMs: 10_000, group: 0 }),
      project('contract', { testTimeoutMs: 20_000, group: 0 }),
      // Side by side, so that no long file keeps one core idle.
      project('tools', { testTimeoutMs: 60_000, group: 1, maxWorkers: 2 }),
      project('host', { testTimeoutMs: 60_000, group: 1, maxWorkers: 2 }),
      project('engine', { testTimeoutMs: 120_000, group: 2, maxWorkers: 2 }),
      project('e2e', { testTimeoutMs: 180_000, group: 2, maxWorkers: 2 }),
      project('electron', { testTimeoutMs: 120_000, group: 3, maxWorkers: 1 }),
    ],
  },
});
