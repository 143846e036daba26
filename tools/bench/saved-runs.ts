// npm run bench:saved-runs: how large kept runs are, and how long keeping, listing and opening them takes
// over the page's own socket. `-- --rounds N` (default 5).
import { parseArgs } from 'node:util';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { formatBytes, formatDuration, formatTokens } from '#shared/metrics/format.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { Client } from '#shared/rpc/client.ts';
import { startApp } from '#tools/running-app/app.ts';
import { longResult } from './long-result.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });

const sizes = [
  { configurations: 4, places: 511 },
  { configurations: 4, places: 32_767 },
  { configurations: 8, places: 32_767 },
];

await using app = await startApp();
const client = app.connect();
for (const { configurations, places } of sizes) {
  const result = longResult(configurations, places);
  const took = { add: [] as number[], other: [] as number[], open: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const adding = timed(() => client.call('comparisons.add', { result }));
    // Whoever asks meanwhile waits: the host does one thing at a time.
    took.other.push((await timed(() => client.call('app.info', {}))).ms);
    const { ms, value } = await adding;
    took.add.push(ms);
    took.open.push((await timed(() => client.call('comparisons.open', { id: value.id }))).ms);
  }
  console.log(
    [
      `${configurations} configurations at ${formatTokens(places)} places: ${formatBytes(Buffer.byteLength(JSON.stringify(result)))} each`,
      `keep ${mid(took.add)} (another call meanwhile ${mid(took.other)})`,
      `open ${mid(took.open)}`,
      `list ${mid(await listTimes(client))}`,
    ].join(', '),
  );
}
client.close();

async function listTimes(asking: Client<AppContract>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    times.push((await timed(() => asking.call('comparisons.list', {}))).ms);
  }
  return times;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startedAt = performance.now();
  const value = await work();
  return { ms: performance.now() - startedAt, value };
}

function mid(times: readonly number[]): string {
  return formatDuration(median(times));
}
