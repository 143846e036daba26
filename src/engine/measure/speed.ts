import type { Token } from 'node-llama-cpp';
import {
  deepestWithoutCache,
  mostTokensWithoutCache,
  type SpeedMeasurement,
  type SpeedMeasurementRequest,
  type SpeedStage,
} from '#shared/compare/speed-measurement.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatTokens } from '#shared/metrics/format.ts';
import type { CacheFill } from '../metering/telemetry-meter.ts';
import { fullChunkSize } from '../turn/chunk-size.ts';
import type { TurnModel } from '../turn/turn-model.ts';
import { type MeasuredModel, reachDepth, refuseIfTooDeep, throwIfCancelled } from './depth.ts';
import { emptyCells } from './empty-cells.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';
import {
  type TimedDecode,
  timeDecode,
  timeDecodeWithoutCache,
  timePrefill,
} from './timed-evaluation.ts';

type SpeedTarget = MeasuredModel & Pick<TurnModel, 'model' | 'record' | 'savedTokens' | 'restored'>;

interface SpeedContext {
  readonly signal: AbortSignal;
  readonly onStage: (stage: SpeedStage) => void;
}

/** The tokens of one measurement, the same whatever is kept of them. */
interface SpeedText {
  readonly before: readonly Token[];
  readonly prompt: readonly Token[];
  /** Fed to the model for the first generated token. */
  readonly last: Token[];
}

type TimedParts = Omit<SpeedMeasurement, 'modelType' | 'batchSize'>;

/**
 * Prefill and decode at one depth, timed with nothing but the model at work. Takes the cells of whatever
 * chat they belong to, and leaves them empty.
 *
 * @throws AppError `cancelled`, `prompt-too-long`; `invalid-input` for what is not measured without a cache
 */
export async function measureSpeed(
  target: SpeedTarget,
  request: SpeedMeasurementRequest,
  context: SpeedContext,
): Promise<SpeedMeasurement> {
  const { depthTokens, promptTokens, generatedTokens, keepsCache, seed } = request;
  if (!keepsCache) refuseWithoutCache(request);
  refuseIfTooDeep(target.cache, depthTokens + Math.max(promptTokens, generatedTokens));
  await emptyCells(target);
  const tokens = ordinaryTokens(target.model, depthTokens + Math.max(promptTokens, 1), seed);
  const text: SpeedText = {
    before: tokens.slice(0, depthTokens),
    prompt: tokens.slice(depthTokens, depthTokens + promptTokens),
    last: tokens.slice(-1),
  };
  try {
    if (request.warmsUp) {
      context.onStage('warm-up');
      await warmUp(target, tokens, context.signal);
    }
    const measure = keepsCache ? measureWithCache : measureWithoutCache;
    return {
      ...(await measure(target, request, text, context)),
      modelType: target.model.typeDescription,
      batchSize: target.batchSize,
    };
  } finally {
    await emptyCells(target);
  }
}

async function measureWithCache(
  target: MeasuredModel,
  { promptTokens, generatedTokens, statePath }: SpeedMeasurementRequest,
  { before, prompt, last }: SpeedText,
  { signal, onStage }: SpeedContext,
): Promise<TimedParts> {
  const begin = async (stage: SpeedStage) => {
    onStage('depth');
    await reachDepth(target, before, statePath, signal);
    onStage(stage);
  };
  let fullest: Pick<CacheFill, 'usedTokens' | 'usedBytes'> = { usedTokens: 0, usedBytes: null };
  const noteFill = () => {
    if (target.cache.usedTokens > fullest.usedTokens) fullest = target.fill();
  };
  let prefill: TimedParts['prefill'] = null;
  if (promptTokens > 0) {
    await begin('prefill');
    const { ms, ttftMs } = await timePrefill(target, prompt, signal);
    prefill = { tokens: promptTokens, ms, ttftMs };
    noteFill();
  }
  let decode: TimedParts['decode'] = null;
  if (generatedTokens > 0) {
    await begin('decode');
    const depthBytes = target.fill().usedBytes;
    const timed = await timeDecode(target, last, generatedTokens, signal);
    decode = { ...decodeFigures(timed), depthBytes };
    noteFill();
  }
  return { prefill, decode, usedTokens: fullest.usedTokens, usedBytes: fullest.usedBytes };
}

/** What it reads for a token is no prompt, and what is in the cells meanwhile is kept for nobody. */
async function measureWithoutCache(
  target: MeasuredModel,
  { generatedTokens }: SpeedMeasurementRequest,
  { before, last }: SpeedText,
  { signal, onStage }: SpeedContext,
): Promise<TimedParts> {
  onStage('decode');
  const count = Math.min(generatedTokens, mostTokensWithoutCache);
  const timed = await timeDecodeWithoutCache(target, [...before, ...last], count, signal);
  return {
    prefill: null,
    decode: { ...decodeFigures(timed), depthBytes: null },
    usedTokens: 0,
    usedBytes: null,
  };
}

function decodeFigures({ gapsMs }: TimedDecode) {
  return { tokens: gapsMs.length, ms: gapsMs.reduce((sum, gap) => sum + gap, 0), gapsMs };
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

function refuseWithoutCache({ depthTokens, generatedTokens }: SpeedMeasurementRequest): void {
  if (generatedTokens === 0) {
    throw new AppError(
      'invalid-input',
      'Without a cache there is nothing to measure but generation.',
      {
        suggestion:
          'Ask for some generated tokens, or leave the configuration without a cache out.',
      },
    );
  }
  if (depthTokens > deepestWithoutCache) {
    const [depth, deepest] = [depthTokens, deepestWithoutCache].map(formatTokens);
    throw new AppError(
      'invalid-input',
      `Without a cache every token would have ${depth} tokens computed again, which takes too long.`,
      { suggestion: `Measure it at depths of up to ${deepest} tokens.` },
    );
  }
}
