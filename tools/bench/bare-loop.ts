// The measure of all overhead: node-llama-cpp and nothing else, in a process of its own. Loads the
// model once; every message is one turn on an empty cache, or one measurement of its speed.
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { median } from '#shared/metrics/percentile.ts';
import {
  type BareRequest,
  type BareResult,
  type BareSpeedResult,
  bareRequestSchema,
  bareSetupSchema,
} from './bare-turn.ts';

const setup = bareSetupSchema.parse(JSON.parse(process.argv[2] ?? ''));
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
  maxThreads: setup.threads,
});
const model = await llama.loadModel({ modelPath: setup.modelPath });
const context = await model.createContext({
  contextSize: setup.contextLength,
  batchSize: setup.batchSize,
  threads: setup.threads,
  flashAttention: true,
});
const sequence = context.getSequence();

/** Decode speed as metrics.md defines it: the first token belongs to the prompt. */
async function runTurn(prompt: string, tokens: number): Promise<BareResult> {
  await sequence.clearHistory();
  const { bos } = model.tokens;
  const input = [...(bos === null ? [] : [bos]), ...model.tokenize(prompt, true)];
  const output = [];
  const times: number[] = [];
  for await (const token of sequence.evaluate(input, { temperature: 0, yieldEogToken: true })) {
    times.push(performance.now());
    output.push(token);
    if (output.length === tokens) break;
  }
  const ms = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    tokensPerSecond: ((times.length - 1) * 1000) / ms,
    gapMs: median(times.slice(1).map((at, index) => at - (times[index] ?? at))) ?? 0,
    promptTokens: input.length,
    text: model.detokenize(output),
  };
}

/** What the loop does when it is asked how fast the model is: nothing is sampled behind the prompt. */
async function runSpeed(
  depthTokens: number,
  promptTokens: number,
  generatedTokens: number,
): Promise<BareSpeedResult> {
  const tokens = plainTokens(depthTokens + promptTokens);
  await reach(tokens.slice(0, depthTokens));
  const promptAt = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(depthTokens));
  const prefillMs = performance.now() - promptAt;

  await reach(tokens.slice(0, depthTokens));
  const gapsMs: number[] = [];
  let tokenAt = performance.now();
  for await (const _token of sequence.evaluate(tokens.slice(-1), {
    temperature: 0,
    yieldEogToken: true,
  })) {
    const now = performance.now();
    gapsMs.push(now - tokenAt);
    tokenAt = now;
    if (gapsMs.length === generatedTokens) break;
  }
  return { prefillMs, gapsMs };
}

async function reach(tokens: Token[]): Promise<void> {
  await sequence.clearHistory();
  if (tokens.length > 0) await sequence.evaluateWithoutGeneratingNewTokens(tokens);
}

function plainTokens(count: number): Token[] {
  const words = model.tokenize('The river carries a stone down to the sea.');
  return Array.from({ length: Math.ceil(count / words.length) }, () => words)
    .flat()
    .slice(0, count);
}

function run(request: BareRequest): Promise<BareResult | BareSpeedResult> {
  if (request.kind === 'turn') return runTurn(request.prompt, request.tokens);
  return runSpeed(request.depthTokens, request.promptTokens, request.generatedTokens);
}

process.on('message', message => {
  void run(bareRequestSchema.parse(message)).then(result => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
