import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseStartOptions, START_HELP } from '#tools/setup/start-options.mjs';

describe('the options of npm start', () => {
  test('a start without options is neither headless nor unsandboxed', () => {
    expect(parseStartOptions([], '/home')).toEqual({
      browser: false,
      open: true,
      fetchElectron: false,
      sandbox: true,
      help: false,
      model: undefined,
      port: undefined,
    });
  });

  test('a relative model path is not looked up in the project instead of where the person is', () => {
    const folder = path.resolve('/data/models');
    expect(parseStartOptions(['--model', 'a.gguf'], folder).model).toBe(
      path.join(folder, 'a.gguf'),
    );
  });

  test('every option is read, not only accepted', () => {
    expect(
      parseStartOptions(['--browser', '--no-open', '--port=0', '--fetch-electron'], '/home'),
    ).toMatchObject({ browser: true, open: false, port: 0, fetchElectron: true });
  });

  test.each([[['--colour']], [['--port', 'many']], [['--port', '70000']], [['--model']]])(
    '%j is not swallowed but answered with what to do',
    args => {
      expect(() => parseStartOptions(args, '/home')).toThrow(
        expect.objectContaining({ advice: expect.stringMatching(/\S/) }),
      );
    },
  );

  test('no option is missing from the help', () => {
    for (const option of ['model', 'browser', 'no-open', 'port', 'fetch-electron', 'no-sandbox']) {
      expect(START_HELP).toContain(`--${option}`);
    }
  });
});
