// How long a stop takes, from the call to the end of the turn as a front end hears it: in the middle
// of reading a long prompt, and in the middle of answering.
import { parseArgs } from 'node:util';
import type { Message } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { Client } from '#shared/rpc/client.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

/** The most that a stop in the middle of a prompt may take. */
const limitMs = 250;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '8' } } });

/** About 3,000 tokens: several seconds of reading on two slow cores. */
const longPrompt = Array.from(
  { length: 230 },
  (_, i) => `The river carries stone number ${i} down to the sea.`,
).join(' ');

interface Stop {
  readonly ms: number;
  readonly answer: Message;
}

await using app = await startApp({ model: await ensureModel('medium') });
const client = app.connect();
await untilLoaded(client);
const inPrefill: Stop[] = [];
const inDecode: Stop[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  inPrefill.push(await stopped(client, longPrompt, 'prefill'));
  inDecode.push(await stopped(client, 'Tell me a long story.', 'decode'));
}
client.close();

for (const { answer } of inPrefill) {
  if (answer.figures?.stopReason !== 'stopped' || answer.figures.generatedTokens > 0) {
    throw new Error('A stop came after the prompt was read: the figures are of something else.');
  }
}
const gaps = inDecode.map(({ answer }) => answer.figures?.interTokenLatency?.p50 ?? 0);
print('while reading', inPrefill);
print('while answering', inDecode);
console.log(`one token          ${(median(gaps) ?? 0).toFixed(1)} ms`);
const slowest = Math.max(...inPrefill.map(({ ms }) => ms));
if (slowest > limitMs) {
  console.error(`Too slow: a stop took ${slowest.toFixed(0)} ms, more than ${limitMs} ms.`);
  process.exitCode = 1;
}

/** A turn in a conversation of its own, stopped once the phase has shown progress. */
async function stopped(
  app: Client<AppContract>,
  text: string,
  phase: 'prefill' | 'decode',
): Promise<Stop> {
  const { id: conversationId } = await app.call('conversations.create', {});
  const under = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Message>();
  const followed = app.stream(
    'chat.follow',
    { conversationId },
    {
      onItem(event) {
        if (event.type === 'delta' && phase === 'decode') under.resolve();
        if (event.type === 'progress' && event.progress.phase === 'prefill') {
          if (phase === 'prefill' && event.progress.doneTokens > 0) under.resolve();
        }
        if (event.type === 'message' && event.message.role === 'assistant') {
          if (event.message.status !== 'running') ended.resolve(event.message);
        }
      },
    },
  );
  await app.call('chat.send', { conversationId, text });
  await under.promise;
  const startedAt = performance.now();
  await app.call('chat.stop', { conversationId });
  const answer = await ended.promise;
  const ms = performance.now() - startedAt;
  await app.call('conversations.delete', { conversationId });
  await followed;
  return { ms, answer };
}

function print(name: string, stops: readonly Stop[]): void {
  const times = stops.map(({ ms }) => ms);
  console.log(
    `${name.padEnd(18)} median ${(median(times) ?? 0).toFixed(0)} ms, ${Math.min(...times).toFixed(0)}..${Math.max(...times).toFixed(0)} ms (${times.length} stops)`,
  );
}
