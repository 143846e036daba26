import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openStore } from '#host/store/store.ts';
import { fixturePath, follow, startHost } from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const announcementSchema = z.object({ conversationId: z.string(), enginePid: z.int() });

/** Gone, or dead and not yet collected by the system. */
async function hasEnded(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status.slice(status.lastIndexOf(')')).startsWith(') Z');
}

test('an app that is killed in an answer would lose it, or leave its engine behind', async () => {
  await using directory = await createTemporaryDirectory();
  const app = fork(fixturePath('host-process'), [directory.path], { execArgv: [] });
  using cleanup = new DisposableStack();
  cleanup.defer(() => app.kill('SIGKILL'));
  const ended = once(app, 'exit');
  const announced = await Promise.race([once(app, 'message'), ended]);
  const { conversationId, enginePid } = announcementSchema.parse(announced[0]);
  {
    using storeFile = openStore(join(directory.path, 'conversations.db'));
    const store = storeFile.conversations;
    await vi.waitFor(
      () => expect(store.tree(conversationId).messages.at(-1)?.text).toBe('So far.'),
      20_000,
    );
  }
  app.kill('SIGKILL');
  await ended;

  await using host = await startHost({ engine: 'steady-engine', dataDirectory: directory.path });
  const snapshot = await follow(host.client, conversationId).event(
    event => event.type === 'snapshot',
  );
  expect(snapshot).toMatchObject({
    messages: [
      { text: 'A question', status: 'done' },
      {
        text: 'So far.',
        reasoning: 'Hm. ',
        status: 'failed',
        error: { message: 'Headroom was closed while this answer was being written.' },
      },
    ],
  });
  const next = { conversationId, text: 'Again' };
  await expect(host.client.call('chat.send', next)).resolves.toHaveProperty('answerId');
  await vi.waitFor(async () => expect(await hasEnded(enginePid)).toBe(true), 20_000);
});
