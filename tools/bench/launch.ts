// npm run bench:launch: how long a first launch takes until the built-in model can be asked, and how
// long loading that model takes by itself. `-- --rounds N` (default 9).
import { parseArgs } from 'node:util';
import { formatDuration } from '#shared/metrics/format.ts';
import { percentile } from '#shared/metrics/percentile.ts';
import { startApp } from '#tools/running-app/app.ts';
import { untilLoaded } from '#tools/running-app/loaded-model.ts';

interface Round {
  /** From starting the program until its address is printed. */
  readonly addressMs: number;
  /** Until the model is loaded, in the same run. */
  readonly readyMs: number;
  /** Of a second load in the engine that runs by then: file, cache and the trial of thread counts. */
  readonly loadMs: number;
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });

const rounds: Round[] = [];
// The first one finds nothing in the system's file cache and is left out.
for (let number = 0; number <= Number(values.rounds); number++) {
  const round = await measureRound();
  if (number > 0) rounds.push(round);
}
print('address of the page', rounds, round => round.addressMs);
print('built-in model ready', rounds, round => round.readyMs);
print('loading it again, engine running', rounds, round => round.loadMs);

async function measureRound(): Promise<Round> {
  const startedAt = performance.now();
  await using app = await startApp();
  const addressMs = performance.now() - startedAt;
  const client = app.connect();
  try {
    const { planned, options } = await untilLoaded(client);
    const readyMs = performance.now() - startedAt;
    await client.call('model.unload', {});
    const { loadMs } = await client.call('model.load', { path: planned.model.path, options });
    return { addressMs, readyMs, loadMs };
  } finally {
    client.close();
  }
}

function print(name: string, measured: readonly Round[], figure: (round: Round) => number): void {
  const values = measured.map(figure);
  const [least, median, most] = [0, 0.5, 1].map(share => formatDuration(percentile(values, share)));
  console.log(`${name}: ${median} (median of ${values.length}, ${least} to ${most})`);
}
