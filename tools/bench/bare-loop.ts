// The measure of all overhead: node-llama-cpp and nothing else, in a process of its own. Loads the
// model once; every message is one turn on an empty cache.
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { median } from '#shared/metrics/percentile.ts';
import { type BareResult, bareSetupSchema, bareTurnSchema } from './bare-turn.ts';

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

process.on('message', message => {
  const { prompt, tokens } = bareTurnSchema.parse(message);
  void runTurn(prompt, tokens).then(result => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
