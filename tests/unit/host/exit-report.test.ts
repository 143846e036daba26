import { expect, test } from 'vitest';
import { engineDeathError, engineStartError } from '#host/engine/exit-report.ts';
import { AppError } from '#shared/errors/app-error.ts';

test.each([
  [{ code: null, signal: 'SIGKILL' }, /killed.*memory.*SIGKILL/],
  [{ code: null, signal: 'SIGSEGV' }, /SIGSEGV/],
  [{ code: null, signal: 'SIGUSR2' }, /ended: SIGUSR2/],
  [{ code: 7, signal: null }, /exit code 7/],
  [{ code: 0xc0000005, signal: null }, /0xC0000005/],
  [{ code: null, signal: null }, /could not be started/],
])('an end as %j would be told without its reason', (end, message) => {
  const error = engineDeathError({ ...end, stderrTail: '' }, true);
  expect(error.code).toBe('engine-crashed');
  expect(error.message).toMatch(message);
});

test('the line in which llama.cpp said why would be lost in its log', () => {
  const { details } = engineDeathError(
    { code: 1, signal: null, stderrTail: 'loading\nGGML_ASSERT(x) failed\n' },
    true,
  );
  expect(details).toContain('last line of stderr: GGML_ASSERT(x) failed');
  expect(details).toContain('loading');
});

test('the user would wait for a restart that does not come', () => {
  const exit = { code: 1, signal: null, stderrTail: '' };
  expect(engineDeathError(exit, true).suggestion).toMatch(/started again/);
  expect(engineDeathError(exit, false).suggestion).toMatch(/stays off.*Load a model/);
});

test('an engine that refused to start would be reported by the kill that followed', () => {
  const reason = new AppError('backend-unavailable', 'No backend could be started.').data;
  const exit = { code: null, signal: 'SIGKILL', stderrTail: '' };
  const error = engineStartError(reason, exit, true);
  expect(error.message).toContain('No backend could be started.');
  expect(error.message).not.toContain('memory');
});
