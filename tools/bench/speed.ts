// Whether what `headroom bench` measures is the speed of the model: its measurement against a bare
// node-llama-cpp loop on the same model, cache, threads, depth and numbers of tokens. The two take turns,
// so that a drift of the machine hits both. What counts is the time that a quarter of the samples stays
// below: whatever else runs on the machine only ever adds to a time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { engineContract } from '#shared/contract/engine-contract.ts';
import { median, percentile } from '#shared/metrics/percentile.ts';
import { createClient } from '#shared/rpc/client.ts';
import { ensureModel, isModelName } from '#tools/models/catalog.ts';
import { startBareProcess } from './bare-process.ts';
import { type BareSetup, type BareSpeedResult, bareSpeedResultSchema } from './bare-turn.ts';
import { leaveFirstCore } from './core-pinning.ts';

/** How far the two may be apart, as a part of the bare loop's speed. */
const tolerance = 0.03;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'medium' },
    rounds: { type: 'string', default: '15' },
    depth: { type: 'string', default: '512' },
    prompt: { type: 'string', default: '512' },
    gen: { type: 'string', default: '64' },
    threads: { type: 'string', default: '1' },
  },
});
const rounds = Number(values.rounds);
const test = {
  depthTokens: Number(values.depth),
  promptTokens: Number(values.prompt),
  generatedTokens: Number(values.gen),
};

/** What either of the two says of one round. */
type Measure = () => Promise<BareSpeedResult>;

async function measure(): Promise<[ours: BareSpeedResult[], bare: BareSpeedResult[]]> {
  const { depthTokens, promptTokens, generatedTokens } = test;
  const setup: BareSetup = {
    modelPath: isModelName(values.model) ? await ensureModel(values.model) : values.model,
    contextLength: depthTokens + Math.max(promptTokens, generatedTokens) + 1,
    threads: Number(values.threads),
    batchSize: 512,
  };
  await using cleanup = new AsyncDisposableStack();
  const bare = await startBareProcess(setup);
  cleanup.defer(bare.end);
  pinning.giveFirstCore(bare.processId);
  const contenders: readonly Measure[] = [
    await startEngine(setup, cleanup),
    async () => bareSpeedResultSchema.parse(await bare.ask({ kind: 'speed', ...test })),
  ];
  // Discarded: pages in the weights, compiles what runs.
  for (const run of contenders) await run();
  const results: [BareSpeedResult[], BareSpeedResult[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // Each begins every other round.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const result = await contenders[index]?.();
      if (result !== undefined) results[index]?.push(result);
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  return results;
}

/** The engine of the built app, asked as the host asks it. */
async function startEngine(setup: BareSetup, cleanup: AsyncDisposableStack): Promise<Measure> {
  const root = join(import.meta.dirname, '..', '..');
  const { port, exited } = forkEngine(join(root, 'dist', 'engine', 'engine.js'))();
  const client = createClient(engineContract, port);
  cleanup.defer(async () => void (await exited));
  cleanup.defer(() => client.close());
  const folder = await mkdtemp(join(tmpdir(), 'headroom-speed-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const { processId } = await client.call('engine.hello', {});
  pinning.giveFirstCore(processId);
  await client.stream(
    'model.load',
    {
      path: setup.modelPath,
      options: {
        backend: 'cpu',
        contextLength: setup.contextLength,
        flashAttention: 'on',
        threads: setup.threads,
        batchSize: setup.batchSize,
      },
    },
    { onItem: () => {} },
  );
  // Threads that the load started belong there, too.
  pinning.giveFirstCore(processId);
  let warmsUp = true;
  return async () => {
    const { prefill, decode } = await client.stream(
      'measure.speed',
      { ...test, statePath: join(folder, 'depth.state'), warmsUp },
      { onItem: () => {} },
    );
    warmsUp = false;
    if (prefill === null || decode === null) throw new Error('A part was not measured.');
    return { prefillMs: prefill.ms, gapsMs: decode.gapsMs };
  };
}

/** @param samples times of so many tokens each */
function report(name: string, tokens: number, samples: { ours: number[]; bare: number[] }): void {
  const speed = (times: number[], share: number) =>
    (tokens * 1000) / (percentile(times, share) ?? Number.NaN);
  const ratio = speed(samples.ours, 0.25) / speed(samples.bare, 0.25);
  const sides = Object.entries({ headroom: samples.ours, 'bare loop': samples.bare }).map(
    ([side, times]) =>
      `${side} ${speed(times, 0.25).toFixed(1)} tokens/s (median ${speed(times, 0.5).toFixed(1)})`,
  );
  console.log(`${name.padEnd(8)} ${sides.join(', ')}, ratio ${ratio.toFixed(3)}`);
  if (Math.abs(ratio - 1) <= tolerance) return;
  console.error(`Apart: the ratio of ${name} is more than ${tolerance} from 1.`);
  process.exitCode = 1;
  if (Object.values(samples).some(isDisturbed)) {
    console.error('Other programs took the machine meanwhile: try again when it is quiet.');
  }
}

/** Half of the samples took much longer than a quarter of them: the spread is that of something else. */
function isDisturbed(times: readonly number[]): boolean {
  return (median(times) ?? 0) > 1.1 * (percentile(times, 0.25) ?? 0);
}

const pinning = leaveFirstCore();
const [ours, bare] = await measure();
console.log(
  `Model ${values.model}, depth ${test.depthTokens}, ${values.threads} thread(s), ${rounds} interleaved rounds after one that was discarded, ${pinning.pinned ? 'both on one core' : 'not pinned to cores'}`,
);
report('prefill', test.promptTokens, {
  ours: ours.map(({ prefillMs }) => prefillMs),
  bare: bare.map(({ prefillMs }) => prefillMs),
});
report('decode', 1, {
  ours: ours.flatMap(({ gapsMs }) => gapsMs),
  bare: bare.flatMap(({ gapsMs }) => gapsMs),
});
