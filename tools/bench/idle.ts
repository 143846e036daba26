// What memory over time costs while nothing else happens: processor time of the host and of the engine
// with nobody watching and with one watcher, in turns, so that a drift of the machine hits both. Nobody
// else is connected but the one client that the bench needs. Reads Linux's account of each thread.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { Client } from '#shared/rpc/client.ts';
import { ensureModel, isModelName } from '#tools/models/catalog.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

/** The most that being watched may add to a process, in milliseconds of processor time per second: 1 % of a core. */
const limitMsPerSecond = 10;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'medium' },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '10' },
  },
});
const seconds = Number(values.seconds);

type ProcessName = 'host' | 'engine';
/** Milliseconds of processor time per second. */
type Load = Readonly<Record<ProcessName, number>>;

interface Round {
  readonly alone: Load;
  readonly watched: Load;
  readonly samples: number;
}

async function measure(): Promise<Round[]> {
  if (!existsSync('/proc/self/schedstat')) {
    throw new Error('This bench reads /proc/<process>/task/<thread>/schedstat, which is not here.');
  }
  const model = isModelName(values.model) ? await ensureModel(values.model) : values.model;
  await using app = await startApp({ model });
  const client = app.connect();
  await untilLoaded(client);
  const processes = { host: app.processId, engine: await engineProcess(client) };
  // Discarded: what a start leaves to be done, and the first sample of all.
  await watched(client, processes);
  const rounds: Round[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const alone = await load(processes);
    rounds.push({ alone, ...(await watched(client, processes)) });
  }
  client.close();
  return rounds;
}

async function watched(client: Client<AppContract>, processes: Record<ProcessName, number>) {
  const abort = new AbortController();
  let samples = 0;
  const watching = client.stream(
    'memory.watch',
    {},
    { signal: abort.signal, onItem: () => void samples++ },
  );
  watching.catch(() => {});
  const during = await load(processes);
  abort.abort();
  return { watched: during, samples };
}

async function engineProcess(client: Client<AppContract>): Promise<number> {
  const ready = Promise.withResolvers<number>();
  using _watch = client.watch('engine', state => {
    if (state.phase === 'ready') ready.resolve(state.processId);
  });
  return await ready.promise;
}

/** Over the next seconds. */
async function load(processes: Record<ProcessName, number>): Promise<Load> {
  const startedAt = performance.now();
  const before = await times(processes);
  await setTimeout(seconds * 1000);
  const after = await times(processes);
  const passed = (performance.now() - startedAt) / 1000;
  return {
    host: (after.host - before.host) / passed,
    engine: (after.engine - before.engine) / passed,
  };
}

async function times(processes: Record<ProcessName, number>): Promise<Load> {
  return {
    host: await processorMs(processes.host),
    engine: await processorMs(processes.engine),
  };
}

/** Of all threads that live, since they began; the scheduler counts nanoseconds. */
async function processorMs(processId: number): Promise<number> {
  const folder = `/proc/${processId}/task`;
  let total = 0;
  for (const thread of await readdir(folder)) {
    const [ran] = (await readFile(`${folder}/${thread}/schedstat`, 'utf8')).split(' ');
    total += Number(ran) / 1e6;
  }
  return total;
}

function row(name: string, ms: readonly number[]): string {
  const middle = (median(ms) ?? Number.NaN).toFixed(2);
  const range = `${Math.min(...ms).toFixed(2)}..${Math.max(...ms).toFixed(2)}`;
  return `${name.padEnd(28)} ${middle.padStart(6)}  ${range.padStart(13)}`;
}

const rounds = await measure();
const samples = rounds.reduce((sum, each) => sum + each.samples, 0);
console.log(
  `Processor time in ms per second, idle: model ${values.model}, ${rounds.length} interleaved rounds of ${seconds} s each, ${samples} samples taken\n`,
);
console.log(`${' '.repeat(28)} median       min..max`);
for (const name of ['host', 'engine'] as const) {
  const alone = rounds.map(round => round.alone[name]);
  const watching = rounds.map(round => round.watched[name]);
  const added = rounds.map(round => round.watched[name] - round.alone[name]);
  console.log(row(`${name}, nobody watching`, alone));
  console.log(row(`${name}, one watcher`, watching));
  console.log(row(`${name}, added per round`, added));
  const cost = median(added) ?? Number.NaN;
  if (cost > limitMsPerSecond) {
    console.error(
      `Too much: being watched adds ${cost.toFixed(2)} ms per second to the ${name}, more than ${limitMsPerSecond}.`,
    );
    process.exitCode = 1;
  }
}
