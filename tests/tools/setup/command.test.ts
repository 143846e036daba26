import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { npmCommand, runCommand, runForeground } from '#tools/setup/command.mjs';
import { repositoryRoot } from '#tools/setup/repository.mjs';

const advice = 'Do this next.';

describe('a quiet command', () => {
  test('a failure is not shown without its reason and a next step', async () => {
    const script = `console.error('\\x1b[31mthe reason\\x1b[0m'); process.exit(3)`;
    await expect(runCommand(process.execPath, ['-e', script], { advice })).rejects.toMatchObject({
      message: expect.stringMatching(/ended with 3\nthe reason$/),
      advice,
    });
  });

  test('a reason in the first line of a long output is not cut off', async () => {
    const script = `console.log('the reason'); for (let i = 0; i < 500; i++) console.log('line', i); process.exitCode = 1`;
    await expect(runCommand(process.execPath, ['-e', script], { advice })).rejects.toThrow(
      /the reason.*\.\.\..*line 499$/s,
    );
  });

  test('a command that does not exist is not an unhandled error', async () => {
    await expect(runCommand('headroom-no-such-command', [], { advice })).rejects.toMatchObject({
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('a foreground command', () => {
  test('its exit code is not swallowed', async () => {
    expect(await runForeground(process.execPath, ['-e', 'process.exit(7)'])).toBe(7);
  });

  // Windows has no signals to pass on.
  test.skipIf(process.platform === 'win32')(
    'a termination signal does not leave the command behind',
    async () => {
      const command = pathToFileURL(path.join(repositoryRoot, 'tools', 'setup', 'command.mjs'));
      const inner = `process.on('SIGTERM', () => { console.log('told'); process.exit(5); }); setInterval(() => {}, 1000); console.log('up')`;
      const outer = `import { runForeground } from ${JSON.stringify(command.href)};
        process.exitCode = await runForeground(process.execPath, ['-e', ${JSON.stringify(inner)}]);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', outer], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (text.includes('up')) {
          child.kill('SIGTERM');
        }
      });
      expect(await new Promise(resolve => child.once('close', resolve))).toBe(5);
      expect(output).toContain('told');
    },
  );
});

test('npm does not run on another Node than the one it came with', () => {
  expect(npmCommand({ npm_execpath: '/n/npm-cli.js', npm_node_execpath: '/n/node' })).toEqual({
    command: '/n/node',
    args: ['/n/npm-cli.js'],
  });
});
