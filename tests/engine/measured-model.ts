import { GgmlType, getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { SequenceCache } from '#engine/turn/sequence-cache.ts';
import { ensureModel } from '#tools/models/catalog.ts';

/**
 * The tiny model inside this process, where the library's own counts can be read, with cells that keep
 * what was computed as it was (see `reproducible` in engine-under-test.ts). Dispose it.
 */
export async function openMeasuredModel() {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  });
  const model = await llama.loadModel({ modelPath: await ensureModel('tiny') });
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 64,
    threads: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: GgmlType.F32,
    experimentalKvCacheValueType: GgmlType.F32,
  });
  const cache = new SequenceCache(context.getSequence());
  let counted = cache.sequence.tokenMeter.getState();
  return {
    ...{ model, cache, batchSize: 64, record: null, savedTokens: 3, restored: null },
    fill: () => ({
      ...{ usedTokens: cache.usedTokens, capacityTokens: 1024 },
      ...{ usedBytes: cache.usedTokens, capacityBytes: 1024 },
    }),
    /** By the library's own count, since the last time that it was asked for. */
    evaluatedTokens() {
      const { usedInputTokens, usedOutputTokens } = cache.sequence.tokenMeter.diff(counted);
      counted = cache.sequence.tokenMeter.getState();
      return usedInputTokens + usedOutputTokens;
    },
    async [Symbol.asyncDispose]() {
      await llama.dispose();
    },
  };
}
