// What the app costs per token: decode speed through engine, host and a client, and with the page
// looking on as well, against a bare node-llama-cpp loop. Same model, prompt, sampling, threads and
// number of tokens; the three take turns, so that a drift of the machine hits all of them. The speed
// that counts is that at the median gap between tokens: what else the machine does for a moment moves
// the mean of a turn, and hardly its median.
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { openConversation } from '#cli/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { Client } from '#shared/rpc/client.ts';
import { ensureModel, isModelName } from '#tools/models/catalog.ts';
import { type RunningApp, startApp } from '#tools/running-app/app.ts';
import { launchBrowser, openPage } from '#tools/running-app/browser.ts';
import { startBareProcess } from './bare-process.ts';
import { type BareSetup, bareResultSchema } from './bare-turn.ts';
import { leaveFirstCore } from './core-pinning.ts';

/** The least that decoding through the app may reach, as a part of the bare loop's speed. */
const leastRatio = 0.97;

const question = 'Tell me a very long story about a lighthouse.';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'medium' },
    rounds: { type: 'string', default: '15' },
    tokens: { type: 'string', default: '128' },
    threads: { type: 'string', default: '1' },
    page: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const rounds = Number(values.rounds);
const tokens = Number(values.tokens);

interface Turn {
  readonly tokensPerSecond: number;
  readonly gapMs: number;
  readonly promptTokens: number;
  readonly text: string;
}

interface Contender {
  readonly name: string;
  run(): Promise<Turn>;
}

interface Row {
  readonly name: string;
  /** Tokens per second. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The bare loop's median gap over this one's: 1 is as fast. */
  readonly ratio: number;
  /** Of the speeds' ratio within each round. */
  readonly lowestRatio: number;
  readonly highestRatio: number;
  /** Median of the turns' median times between two tokens: hardly moved by what else runs. */
  readonly gapMs: number;
}

async function measure(): Promise<Row[]> {
  const setup: BareSetup = {
    modelPath: isModelName(values.model) ? await ensureModel(values.model) : values.model,
    contextLength: 2048,
    threads: Number(values.threads),
    batchSize: 512,
  };
  await using cleanup = new AsyncDisposableStack();
  const bare = await startBareLoop(setup);
  cleanup.defer(bare.end);
  pinning.giveFirstCore(bare.processId);
  const app = cleanup.use(await startApp());
  const browser = await launchBrowser();
  cleanup.defer(() => browser.close());
  const client = app.connect();
  cleanup.defer(() => client.close());
  await prepare(client, setup);
  pinning.giveFirstCore(await engineProcess(client));

  const contenders: Contender[] = [
    { name: 'bare node-llama-cpp loop', run: bare.run },
    { name: 'engine, host and a client', run: () => runThroughApp(client) },
    ...(values.page
      ? [
          {
            name: 'the same with the page looking on',
            run: () => runWithPage(client, app, browser),
          },
        ]
      : []),
  ];
  // Discarded: pages in the weights, compiles what runs.
  const warmUps = [];
  for (const contender of contenders) warmUps.push(await contender.run());
  expectSameWork(warmUps);

  const turns = contenders.map((): Turn[] => []);
  for (let round = 0; round < rounds; round++) {
    // Each begins as often as the others: whoever follows the page may find a warmer machine.
    for (let place = 0; place < contenders.length; place++) {
      const index = (round + place) % contenders.length;
      const turn = await contenders[index]?.run();
      if (turn !== undefined) turns[index]?.push(turn);
    }
    if (!values.json) process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  return contenders.map(({ name }, index) => row(name, turns[index] ?? [], turns[0] ?? []));
}

async function startBareLoop(setup: BareSetup) {
  const { processId, ask, end } = await startBareProcess(setup);
  return {
    processId,
    end,
    run: async (): Promise<Turn> =>
      bareResultSchema.parse(await ask({ kind: 'turn', prompt: templated(question), tokens })),
  };
}

/** The question as the generated models' chat template writes it, behind the first token. */
function templated(text: string): string {
  return `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;
}

async function prepare(client: Client<AppContract>, setup: BareSetup): Promise<void> {
  const idle = Promise.withResolvers<void>();
  const watch = client.watch('model', ({ phase }) => {
    if (phase === 'loaded' || phase === 'none') idle.resolve();
  });
  await idle.promise.finally(() => watch[Symbol.dispose]());
  await client.call('model.load', {
    path: setup.modelPath,
    options: {
      backend: 'cpu',
      contextLength: setup.contextLength,
      flashAttention: 'on',
      threads: setup.threads,
      batchSize: setup.batchSize,
    },
  });
}

async function engineProcess(client: Client<AppContract>): Promise<number> {
  const ready = Promise.withResolvers<number>();
  using _watch = client.watch('engine', state => {
    if (state.phase === 'ready') ready.resolve(state.processId);
  });
  return await ready.promise;
}

async function startConversation(client: Client<AppContract>, title: string): Promise<string> {
  const { id } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId: id,
    title,
    sampling: { temperature: 0, maxTokens: tokens },
  });
  return id;
}

async function runThroughApp(client: Client<AppContract>): Promise<Turn> {
  return await runTurn(client, await startConversation(client, 'Without the page'));
}

async function runTurn(client: Client<AppContract>, conversationId: string): Promise<Turn> {
  const conversation = await openConversation(client, conversationId, () => {});
  const answer = await conversation.send(question, new AbortController().signal);
  const { figures } = answer;
  if (figures?.decodeTokensPerSecond == null || figures.interTokenLatency === null) {
    throw new Error(`A turn ended without a speed: ${answer.error?.message ?? answer.text}`);
  }
  return {
    tokensPerSecond: figures.decodeTokensPerSecond,
    gapMs: figures.interTokenLatency.p50,
    promptTokens: figures.promptTokens,
    text: answer.text,
  };
}

/** A page of its own for every turn: one that stayed would go on drawing while others are measured. */
async function runWithPage(
  client: Client<AppContract>,
  app: RunningApp,
  browser: Browser,
): Promise<Turn> {
  const warmUp = await startConversation(client, 'Warm-up');
  const title = 'With the page';
  const measured = await startConversation(client, title);
  const { page, context } = await openPage(browser, `${app.url}&chat=${warmUp}`);
  await page.getByRole('list', { name: 'The loaded model' }).waitFor();
  // What a page does once, when it is opened and streams for the first time, is no cost per token.
  await runTurn(client, warmUp);
  await page.getByRole('list', { name: 'Figures of this turn' }).waitFor();
  await page.getByRole('link', { name: title }).first().click();
  await page.getByRole('article').first().waitFor({ state: 'hidden' });
  const turn = await runTurn(client, measured);
  // The whole answer is on the page: it did look on.
  await page.getByRole('list', { name: 'Figures of this turn' }).waitFor();
  await context.close();
  for (const conversationId of [warmUp, measured]) {
    await client.call('conversations.delete', { conversationId });
  }
  return turn;
}

/** Speeds of different work must not be compared. */
function expectSameWork(turns: readonly Turn[]): void {
  const [first, ...others] = turns;
  for (const turn of others) {
    if (turn.promptTokens !== first?.promptTokens || turn.text.trim() !== first.text.trim()) {
      throw new Error(
        `The contenders did not do the same work:\n${JSON.stringify(turns, null, 2)}`,
      );
    }
  }
}

function row(name: string, turns: readonly Turn[], bareTurns: readonly Turn[]): Row {
  const speeds = turns.map(turn => turn.tokensPerSecond);
  const bareSpeeds = bareTurns.map(turn => turn.tokensPerSecond);
  const middle = median(speeds) ?? Number.NaN;
  const ratios = speeds.map((speed, round) => speed / (bareSpeeds[round] ?? Number.NaN));
  return {
    name,
    median: middle,
    min: Math.min(...speeds),
    max: Math.max(...speeds),
    ratio: medianGap(bareTurns) / medianGap(turns),
    lowestRatio: Math.min(...ratios),
    highestRatio: Math.max(...ratios),
    gapMs: medianGap(turns),
  };
}

function medianGap(turns: readonly Turn[]): number {
  return median(turns.map(turn => turn.gapMs)) ?? Number.NaN;
}

function print(rows: readonly Row[]): void {
  console.log(
    `Decode speed, tokens/s: model ${values.model}, ${tokens} tokens per turn, ${values.threads} thread(s), ${rounds} interleaved rounds after one that was discarded, ${pinning.pinned ? 'engine and bare loop on one core, the rest on the others' : 'not pinned to cores'}\n`,
  );
  const cells = rows.map(each => [
    each.name,
    each.median.toFixed(1),
    `${each.min.toFixed(1)}..${each.max.toFixed(1)}`,
    each.ratio.toFixed(3),
    `${each.lowestRatio.toFixed(3)}..${each.highestRatio.toFixed(3)}`,
    `${each.gapMs.toFixed(2)} ms`,
  ]);
  const table = [
    ['', 'median', 'min..max', 'gap ratio', 'speed ratio per round', 'median gap'],
    ...cells,
  ];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map(line => line[column]?.length ?? 0)),
  );
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => {
          const width = widths?.[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    );
  }
}

const pinning = leaveFirstCore();
const rows = await measure();
if (values.json) console.log(JSON.stringify({ leastRatio, rows }));
else print(rows);
const slow = rows.filter(each => !(each.ratio >= leastRatio));
for (const { name, ratio } of slow) {
  console.error(
    `Too slow: ${name} reaches ${ratio.toFixed(3)} of the bare loop, less than ${leastRatio}.`,
  );
}
process.exitCode = slow.length === 0 ? 0 : 1;
