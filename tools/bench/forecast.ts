// npm run bench:forecast: how far the forecast of the time to first token is from what the turn then took,
// over varied turns: short and long messages, edits, other conversations. `-- --turns N` (default 50).
import { parseArgs } from 'node:util';
import { openConversation } from '#cli/conversation.ts';
import { formatDuration, formatPercent } from '#shared/metrics/format.ts';
import { percentile } from '#shared/metrics/percentile.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '50' } } });

const limits = { median: 0.15, p90: 0.35 };

const path = await ensureModel('medium');
await using app = await startApp({ model: path });
const client = app.connect();
const figures: TurnFigures[] = [];
try {
  const options = loadOptionsSchema.parse({ contextLength: 8192, typeV: 'f16', threads: 1 });
  await untilLoaded(client);
  await client.call('model.load', { path, options });
  const random = seeded(11);
  const never = new AbortController().signal;
  let conversation = await begin();
  let read = 0;
  while (figures.length < Number(values.turns)) {
    // A new conversation where the old one is nearly full, and now and then besides.
    if (read > 5000 || random() < 0.1) {
      conversation = await begin();
      read = 0;
    }
    const words = Math.round(random() < 0.25 ? 100 + 900 * random() : 5 + 80 * random());
    const message = await conversation.send(text(words, random), never);
    if (message.figures === null) throw new Error('The turn has no figures.');
    figures.push(message.figures);
    read = message.figures.cacheUsedTokens;
  }
} finally {
  client.close();
}
report(figures);

async function begin() {
  const { id } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId: id,
    sampling: { temperature: 0, maxTokens: 12 },
  });
  return await openConversation(client, id, () => {});
}

function text(words: number, random: () => number): string {
  const list = 'the quiet river meets an old road where small houses stand in the cold wind'.split(
    ' ',
  );
  return Array.from({ length: words }, () => list[Math.floor(random() * list.length)]).join(' ');
}

/** The same turns every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

function report(turns: readonly TurnFigures[]): void {
  const compared = turns.flatMap(({ forecastMs, ttftMs, ttftParts }) => {
    if (forecastMs === null || ttftMs === null) return [];
    const actual = ttftMs - ttftParts.queue;
    return [{ actual, error: Math.abs(forecastMs - actual) / actual }];
  });
  const errors = compared.map(({ error }) => error);
  const median = percentile(errors, 0.5);
  const p90 = percentile(errors, 0.9);
  const times = compared.map(({ actual }) => actual);
  console.log(
    `${compared.length} turns, time to first token ${formatDuration(percentile(times, 0))} to ${formatDuration(percentile(times, 1))}`,
  );
  console.log(`error of the forecast: median ${formatPercent(median)}, p90 ${formatPercent(p90)}`);
  const good = (median ?? 1) <= limits.median && (p90 ?? 1) <= limits.p90;
  process.exitCode = good ? 0 : 1;
}
