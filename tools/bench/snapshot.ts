// npm run bench:snapshot: what a snapshot saves. A chat of 4,000 tokens is continued after the app was
// closed and opened, with its snapshot and without, interleaved, for three types of the cache. `-- --rounds N` (default 1).
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openConversation } from '#cli/conversation.ts';
import type { Message } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatTokens,
} from '#shared/metrics/format.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { Client } from '#shared/rpc/client.ts';
import type { SnapshotState } from '#shared/snapshot/snapshot-state.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1' } } });

const types = ['f16', 'q8_0', 'q4_0'] as const;
/** The time to first token with a snapshot, its restoring included, as a share of that without. */
const limit = 0.15;

const model = await ensureModel('medium');
const folder = await mkdtemp(path.join(tmpdir(), 'headroom-bench-'));
const never = new AbortController().signal;
let slowest = 0;
try {
  for (const type of types) slowest = Math.max(slowest, await measure(type));
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (slowest > limit) {
  console.error(`Too slow: ${formatPercent(slowest)}, more than ${formatPercent(limit)}.`);
  process.exitCode = 1;
}

/** @returns the largest share of all rounds */
async function measure(type: (typeof types)[number]): Promise<number> {
  const written = path.join(folder, type);
  const { conversationId, tokens, snapshot } = await write(written, type);
  const shares: number[] = [];
  const restores: number[] = [];
  const [withIt, without]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    const again = await resume(written, conversationId, false);
    const resumed = await resume(written, conversationId, true);
    if (resumed.restored === null || resumed.reusedTokens !== resumed.restored.tokens) {
      throw new Error('What was restored was read again.');
    }
    without.push(again.ttftMs ?? 0);
    withIt.push(resumed.ttftMs ?? 0);
    restores.push(resumed.restored.ms);
    shares.push(((resumed.ttftMs ?? 0) + resumed.restored.ms) / (again.ttftMs ?? 0));
  }
  const mid = (all: readonly number[]) => formatDuration(median(all));
  console.log(
    `${type.padEnd(5)} ${formatTokens(tokens)} tokens, ${formatBytes(snapshot.bytes)}: time to first token ${mid(without)} without, ${mid(withIt)} with it, after restoring for ${mid(restores)}; together ${formatPercent(median(shares))} of the time, at most ${formatPercent(Math.max(...shares))}`,
  );
  return Math.max(...shares);
}

/** A chat whose cells are saved when the app is closed. */
async function write(dataDirectory: string, type: (typeof types)[number]) {
  await using app = await startApp({ model, dataDirectory });
  const client = app.connect();
  await untilLoaded(client);
  const options = { contextLength: 8192, threads: 2, typeK: type, typeV: type };
  const request = { path: model, options: loadOptionsSchema.parse(options) };
  await client.call('model.load', request);
  const { id } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId: id,
    sampling: { temperature: 0, maxTokens: 40 },
  });
  using conversation = await openConversation(client, id, () => {});
  const text = Array.from(
    { length: 300 },
    (_, i) => `The river carries stone number ${i} to the sea.`,
  );
  const { figures } = await conversation.send(text.join(' '), never);
  await client.call('snapshot.save', { conversationId: id });
  const snapshot = await untilSnapshots(client, ({ kept: [first] }) => first);
  client.close();
  return { conversationId: id, tokens: figures?.cacheUsedTokens ?? 0, snapshot };
}

/** The next turn of the chat, in an app that has just been opened on a copy of the data. */
async function resume(
  written: string,
  conversationId: string,
  withSnapshot: boolean,
): Promise<TurnFigures> {
  const dataDirectory = `${written}-copy`;
  await cp(written, dataDirectory, { recursive: true });
  if (!withSnapshot) await rm(path.join(dataDirectory, 'snapshots'), { recursive: true });
  let answer: Message;
  {
    await using app = await startApp({ model, dataDirectory });
    const client = app.connect();
    using conversation = await openConversation(client, conversationId, () => {});
    // With the options that it was loaded with last.
    await untilLoaded(client);
    if (withSnapshot) {
      await untilSnapshots(client, ({ events }) => events.find(({ kind }) => kind === 'restored'));
    }
    answer = await conversation.send('And what does the sea do with the stones?', never);
    client.close();
  }
  await rm(dataDirectory, { recursive: true });
  if (answer.figures === null) throw new Error('The turn has no figures.');
  return answer.figures;
}

function untilSnapshots<T>(
  client: Client<AppContract>,
  find: (state: SnapshotState) => T | undefined,
): Promise<T> {
  const found = Promise.withResolvers<T>();
  const watch = client.watch('snapshots', state => {
    const refused = state.events.find(({ error }) => error !== null)?.error;
    if (refused) found.reject(new Error(refused.message));
    const value = find(state);
    if (value !== undefined) found.resolve(value);
  });
  return found.promise.finally(() => watch[Symbol.dispose]());
}
