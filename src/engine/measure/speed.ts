import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type {
  SpeedMeasurement,
  SpeedMeasurementRequest,
  SpeedStage,
} from '#shared/compare/speed-measurement.ts';
import type { CacheFill } from '../metering/telemetry-meter.ts';
import { fullChunkSize } from '../turn/chunk-size.ts';
import type { TurnModel } from '../turn/turn-model.ts';
import {
  type MeasuredModel,
  reachDepth,
  readAllButLastChunk,
  refuseIfTooDeep,
  throwIfCancelled,
} from './depth.ts';
import { emptyCells } from './empty-cells.ts';
import { greedy } from './greedy.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';

type SpeedTarget = MeasuredModel & Pick<TurnModel, 'model' | 'record' | 'savedTokens' | 'restored'>;

interface SpeedContext {
  readonly signal: AbortSignal;
  readonly onStage: (stage: SpeedStage) => void;
}

/**
 * Prefill and decode at one depth, timed with nothing but the model at work. Takes the cells of whatever
 * chat they belong to, and leaves them empty.
 *
 * @throws AppError `cancelled`, `prompt-too-long`
 */
export async function measureSpeed(
  target: SpeedTarget,
  request: SpeedMeasurementRequest,
  { signal, onStage }: SpeedContext,
): Promise<SpeedMeasurement> {
  const { depthTokens, promptTokens, generatedTokens, seed, statePath } = request;
  refuseIfTooDeep(target.cache, depthTokens + Math.max(promptTokens, generatedTokens));
  await emptyCells(target);
  const tokens = ordinaryTokens(target.model, depthTokens + Math.max(promptTokens, 1), seed);
  const before = tokens.slice(0, depthTokens);
  const prompt = tokens.slice(depthTokens, depthTokens + promptTokens);
  const begin = async (stage: SpeedStage) => {
    onStage('depth');
    await reachDepth(target, before, statePath, signal);
    onStage(stage);
  };
  try {
    if (request.warmsUp) {
      onStage('warm-up');
      await warmUp(target, tokens, signal);
    }
    let fullest: Pick<CacheFill, 'usedTokens' | 'usedBytes'> = { usedTokens: 0, usedBytes: null };
    const noteFill = () => {
      if (target.cache.usedTokens > fullest.usedTokens) fullest = target.fill();
    };
    let prefill: SpeedMeasurement['prefill'] = null;
    if (promptTokens > 0) {
      await begin('prefill');
      prefill = { tokens: promptTokens, ...(await timePrefill(target, prompt, signal)) };
      noteFill();
    }
    let decode: SpeedMeasurement['decode'] = null;
    if (generatedTokens > 0) {
      await begin('decode');
      const gapsMs = await timeDecode(target, tokens.slice(-1), generatedTokens, signal);
      const ms = gapsMs.reduce((sum, gap) => sum + gap, 0);
      decode = { tokens: generatedTokens, ms, gapsMs };
      noteFill();
    }
    return {
      prefill,
      decode,
      usedTokens: fullest.usedTokens,
      usedBytes: fullest.usedBytes,
      modelType: target.model.typeDescription,
      batchSize: target.batchSize,
    };
  } finally {
    await emptyCells(target);
  }
}

async function timePrefill(
  target: MeasuredModel,
  prompt: readonly Token[],
  signal: AbortSignal,
): Promise<{ ms: number; ttftMs: number }> {
  let readAt = 0;
  const options: SequenceEvaluateOptions = {
    ...greedy,
    // Asked for once per token, between evaluating its batch and sampling.
    grammarEvaluationState: () => {
      readAt = performance.now();
      return undefined;
    },
  };
  const startedAt = performance.now();
  const lastChunk = await readAllButLastChunk(target, prompt, signal);
  const iterator = target.cache.sequence.evaluate(lastChunk, options);
  try {
    await iterator.next();
    return { ms: readAt - startedAt, ttftMs: performance.now() - startedAt };
  } finally {
    await iterator.return();
  }
}

/** @returns the time of each token, evaluated and followed by a sample */
async function timeDecode(
  { cache }: MeasuredModel,
  first: Token[],
  count: number,
  signal: AbortSignal,
): Promise<number[]> {
  const gapsMs = new Float64Array(count);
  const iterator = cache.sequence.evaluate(first, greedy);
  try {
    let tokenAt = performance.now();
    for (let index = 0; index < count; index++) {
      throwIfCancelled(signal);
      await iterator.next();
      const now = performance.now();
      gapsMs[index] = now - tokenAt;
      tokenAt = now;
    }
  } finally {
    await iterator.return();
  }
  return [...gapsMs];
}

/** A chunk and two tokens: pages in the buffers, wakes the threads, compiles this file. */
async function warmUp(
  target: MeasuredModel,
  tokens: readonly Token[],
  signal: AbortSignal,
): Promise<void> {
  await target.cache.clear();
  throwIfCancelled(signal);
  await timePrefill(target, tokens.slice(-fullChunkSize(target.batchSize)), signal);
  await target.cache.clear();
  await timeDecode(target, tokens.slice(-1), 2, signal);
}
