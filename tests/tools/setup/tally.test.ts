import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageCommand } from '#tools/setup/package-command.mjs';
import { repositoryRoot } from '#tools/setup/repository.mjs';
import { verdictOf } from '#tools/setup/tally.mjs';

describe('the last line of npm test', () => {
  test('a run without skipped tests does not mention any', () => {
    expect(verdictOf({ passed: 3, failed: 0, skipped: 0 }, 0)).toEqual({
      lines: ['3 passed, 0 failed'],
      code: 0,
    });
  });

  test('failed tests are not lost when the runner says that all is well', () => {
    expect(verdictOf({ passed: 3, failed: 1, skipped: 2 }, 0)).toEqual({
      lines: ['3 passed, 1 failed, 2 skipped'],
      code: 1,
    });
  });

  test('a run in which nothing ran does not pass', () => {
    expect(verdictOf({ passed: 0, failed: 0, skipped: 4 }, 0).code).toBe(1);
  });

  test('a run that ended early does not pass', () => {
    const verdict = verdictOf(undefined, 0);
    expect(verdict.code).toBe(1);
    expect(verdict.lines.at(-1)).toBe('0 passed, 1 failed');
  });

  test("the runner's own exit code is kept", () => {
    expect(verdictOf({ passed: 3, failed: 0, skipped: 0 }, 130).code).toBe(130);
  });
});

describe('the reporter behind it', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'headroom-tally-'));
    await symlink(
      path.join(repositoryRoot, 'node_modules'),
      path.join(folder, 'node_modules'),
      'junction',
    );
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('a file that does not load counts as a failure, and every state is counted once', async () => {
    await writeFile(
      path.join(folder, 'mixed.test.js'),
      `import { expect, test } from 'vitest';
       test('good', () => {});
       test('bad', () => expect(1).toBe(2));
       test.skip('later', () => {});
       test.todo('some day');`,
    );
    await writeFile(path.join(folder, 'broken.test.js'), `throw new Error('does not load');`);
    const tallyFile = path.join(folder, 'tally.json');
    const reporter = path.join(repositoryRoot, 'tools', 'setup', 'tally-reporter.ts');
    const child = spawn(
      process.execPath,
      [packageCommand('vitest'), 'run', '--root', folder, `--reporter=${reporter}`],
      { cwd: folder, stdio: 'ignore', env: { ...process.env, HEADROOM_TALLY: tallyFile } },
    );
    const code = await new Promise(resolve => child.once('close', resolve));
    expect(code).toBe(1);
    expect(JSON.parse(await readFile(tallyFile, 'utf8'))).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
    });
  });
});
