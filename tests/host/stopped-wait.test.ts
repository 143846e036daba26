import { expect, test } from 'vitest';
import { openConversation } from '#cli/conversation.ts';
import { startHost, untilModel } from './host-under-test.ts';

test('Ctrl+C while a message waits for the model would wait along for two minutes', async () => {
  await using host = await startHost({ engine: 'never-ready' });
  await untilModel(host.client, 'loading');
  const { id } = await host.client.call('conversations.create', {});
  const conversation = await openConversation(host.client, id, () => {});
  const pressed = new AbortController();
  const sent = conversation.send('Hello', pressed.signal);
  pressed.abort();
  await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
  // A stop from before is as good as one during the wait.
  await expect(conversation.send('Hello', pressed.signal)).rejects.toMatchObject({
    code: 'cancelled',
  });
});
