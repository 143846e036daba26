// Whether calibration picks the right number of decode threads: loads with threads on auto, then
// measures every count that it tried with whole turns, interleaved.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { openConversation } from '#cli/conversation.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

/** How much slower than the best tried the chosen count may be. */
const tolerance = 1.1;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    tokens: { type: 'string', default: '48' },
    /** Programs that keep a core busy meanwhile. */
    busy: { type: 'string', default: '0' },
  },
});

await using cleanup = new AsyncDisposableStack();
for (let i = 0; i < Number(values.busy); i++) cleanup.defer(await occupyCore());
const app = cleanup.use(await startApp());
const client = app.connect();
cleanup.defer(() => client.close());
await untilLoaded(client);
const path = await ensureModel('medium');

const { threads: chosen, threadTrials } = await load('auto');
console.log(`${availableParallelism()} cores, ${values.busy} of them kept busy`);
for (const trial of threadTrials) {
  console.log(`calibration        ${trial.threads} threads  ${trial.medianMs.toFixed(1)} ms/token`);
}
console.log(`chosen             ${chosen} threads`);

const speeds = new Map(threadTrials.map(({ threads }): [number, number[]] => [threads, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [threads, measured] of speeds) {
    await load(threads);
    measured.push(await decodeSpeed());
  }
}
const medians = [...speeds].map(([threads, measured]) => ({
  threads,
  tokensPerSecond: median(measured) ?? 0,
}));
for (const { threads, tokensPerSecond } of medians) {
  console.log(`whole turns        ${threads} threads  ${tokensPerSecond.toFixed(1)} tokens/s`);
}
const best = Math.max(...medians.map(({ tokensPerSecond }) => tokensPerSecond));
const ratio = best / (medians.find(({ threads }) => threads === chosen)?.tokensPerSecond ?? 0);
console.log(`best over chosen   ${ratio.toFixed(3)}`);
if (ratio > tolerance) {
  console.error(`The chosen count is more than ${Math.round((tolerance - 1) * 100)} % slower.`);
  process.exitCode = 1;
}

async function load(threads: number | 'auto'): Promise<LoadReport> {
  return await client.call('model.load', { path, options: { backend: 'cpu', threads } });
}

/** Tokens per second of one turn. */
async function decodeSpeed(): Promise<number> {
  const { id: conversationId } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId,
    sampling: { temperature: 0, maxTokens: Number(values.tokens) },
  });
  const conversation = await openConversation(client, conversationId, () => {});
  const { figures } = await conversation.send('Tell me a story.', new AbortController().signal);
  if (figures?.decodeTokensPerSecond == null) throw new Error('A turn ended without a speed.');
  return figures.decodeTokensPerSecond;
}

/** @returns how to let go of it */
async function occupyCore(): Promise<() => Promise<void>> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker('for (;;);', { eval: true });
  return async () => {
    await worker.terminate();
  };
}
