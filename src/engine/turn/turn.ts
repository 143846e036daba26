import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { TurnPacket, TurnRequest } from '#shared/contract/engine-contract.ts';
import type {
  PredictionCounts,
  StopReason,
  TtftParts,
  TurnFigures,
} from '#shared/metrics/turn-figures.ts';
import { LatencyRecorder } from '../metering/latency-recorder.ts';
import { OpeningProbability } from '../metering/opening-probability.ts';
import { countsSince } from '../metering/prediction-counts.ts';
import type { TelemetryMeter } from '../metering/telemetry-meter.ts';
import { joined, type RememberedAnswer } from './answer-memory.ts';
import { AnswerStream } from './answer-stream.ts';
import type { RenderedPrompt } from './chat-template.ts';
import { prefillChunkSize } from './chunk-size.ts';
import { samplingOptions } from './sampling-options.ts';
import type { SlowMotion } from './slow-motion.ts';
import { missOf } from './turn-miss.ts';
import type { TurnModel } from './turn-model.ts';
import { fittedPrompt, refuseIfTooLong } from './turn-prompt.ts';

interface TurnContext {
  readonly signal: AbortSignal;
  readonly emit: (packet: TurnPacket) => void;
  readonly telemetry: TelemetryMeter;
  /** On this process's clock. */
  readonly receivedAt: number;
  readonly slowMotion: SlowMotion;
  /** What the cells hold has changed. */
  readonly onRecord: () => void;
}

/**
 * One turn: template, reuse, prefill, decode. Aborting ends it with what was generated until then.
 *
 * @throws AppError `template-failed`, `prompt-too-long` (nothing was evaluated, the cache is as it was)
 */
export async function runTurn(
  target: TurnModel,
  request: TurnRequest,
  context: TurnContext,
): Promise<TurnFigures> {
  const startedAt = performance.now();
  const { prompt, messages, overflow, gaps } = fittedPrompt(target, request);
  refuseIfTooLong(prompt, target.cache.capacityTokens);
  const renderedAt = performance.now();
  const comparison = target.cache.compare(prompt.tokens);
  const miss = missOf(target, { ...request, messages }, prompt, comparison, overflow);
  await target.cache.keep(comparison);
  const reusedTokens = comparison.keptTokens;
  const sameConversation = target.record?.conversationId === request.conversationId;
  target.savedTokens = sameConversation ? Math.min(target.savedTokens, reusedTokens) : 0;
  const restored = sameConversation && reusedTokens > 0 ? target.restored : null;
  target.restored = null;
  const alignedAt = performance.now();

  const work = { tokens: prompt.tokens.length - reusedTokens, depth: reusedTokens };
  const forecastMs = target.forecast.forecast(work);
  const generation = new Generation(target, request, context, prompt, reusedTokens);
  target.record = {
    conversationId: request.conversationId,
    answerId: request.answerId,
    promptTokens: prompt.tokens.length,
    reusedTokens,
    spans: prompt.spans,
    gaps,
    answerTokens: generation.answerTokens,
  };
  context.onRecord();
  let outcome: Outcome;
  try {
    outcome = await generation.run();
  } catch (error) {
    // What llama.cpp had evaluated of the failed batch is not known: start over next time.
    await target.cache.clear();
    target.record = null;
    target.savedTokens = 0;
    target.freshCause = 'failed-turn';
    context.onRecord();
    throw error;
  }

  const prefilledTokens = generation.prefilledTokens;
  const prefillMs = outcome.promptReadAt - alignedAt;
  const parts: TtftParts = {
    queue: startedAt - context.receivedAt,
    template: renderedAt - startedAt,
    restore: alignedAt - renderedAt,
    prefill: prefillMs,
    firstDecode: outcome.firstTokenAt === null ? 0 : outcome.firstTokenAt - outcome.promptReadAt,
  };
  if (outcome.firstTokenAt !== null) target.forecast.learn(work, outcome.firstTokenAt - startedAt);
  const fill = target.fill();
  return {
    stopReason: outcome.stopReason,
    ttftMs: outcome.firstTokenAt === null ? null : outcome.firstTokenAt - context.receivedAt,
    forecastMs,
    miss,
    overflow,
    restored,
    ttftParts: parts,
    promptTokens: reusedTokens + prefilledTokens,
    reusedTokens,
    prefilledTokens,
    prefillTokensPerSecond:
      prefilledTokens > 0 && prefillMs > 0 ? (prefilledTokens * 1000) / prefillMs : null,
    // The pace is no speed of the model.
    decodeTokensPerSecond: generation.paced ? null : generation.latencies.tokensPerSecond(),
    interTokenLatency: generation.paced ? null : generation.latencies.gaps(),
    paced: generation.paced,
    generatedTokens: generation.latencies.count,
    openingProbability: generation.opening.value,
    prediction: target.cache.lookup === null ? null : generation.predictions,
    cacheUsedTokens: fill.usedTokens,
    cacheCapacityTokens: fill.capacityTokens,
    cacheUsedBytes: fill.usedBytes,
    cacheCapacityBytes: fill.capacityBytes,
  };
}

/** Fewest tokens of a chunk whose speed is taken as that of the prefill. */
const telling = 32;

interface SampledToken {
  readonly token: Token;
  /** Its probability after temperature and filters; there only when it was asked for. */
  readonly confidence?: number;
}
type TokenIterator = AsyncGenerator<SampledToken, void>;

interface Outcome {
  readonly stopReason: StopReason;
  /** When the last prompt token had been evaluated (or, when stopped before, the last chunk). */
  readonly promptReadAt: number;
  readonly firstTokenAt: number | null;
}

class Generation {
  readonly latencies = new LatencyRecorder();
  readonly opening = new OpeningProbability();
  prefilledTokens = 0;
  predictions: PredictionCounts = { guessed: 0, accepted: 0 };
  /** Whether it was held back, be it for a while. */
  paced = false;

  readonly #target: TurnModel;
  readonly #request: TurnRequest;
  readonly #context: TurnContext;
  readonly #prompt: RenderedPrompt;
  readonly #reusedTokens: number;
  /** Of the whole answer, what there was before this turn included. */
  readonly answerTokens: Token[];
  readonly #generated: Token[] = [];
  /** Set by the library's last callback before it samples, which is when the batch is evaluated. */
  #samplingAt = 0;

  constructor(
    target: TurnModel,
    request: TurnRequest,
    context: TurnContext,
    prompt: RenderedPrompt,
    reusedTokens: number,
  ) {
    this.#target = target;
    this.#request = request;
    this.#context = context;
    this.#prompt = prompt;
    this.#reusedTokens = reusedTokens;
    this.answerTokens = prompt.tokens.slice(prompt.answerStart);
  }

  async run(): Promise<Outcome> {
    const lastChunk = await this.#readAllButLastChunk();
    if (lastChunk === null) {
      return { stopReason: 'stopped', promptReadAt: performance.now(), firstTokenAt: null };
    }
    const options: SequenceEvaluateOptions = {
      ...samplingOptions(this.#request.sampling, this.#generated),
      yieldEogToken: true,
      // Asked for once per token, right after its batch: the only moment between evaluating and
      // sampling that the library lets us see.
      grammarEvaluationState: () => {
        this.#samplingAt = performance.now();
        return undefined;
      },
    };
    const { cache } = this.#target;
    // A penalty looks at the tokens before, and those that are guessed are not among them yet.
    const predicted = cache.predictions;
    const isPenalized = this.#request.sampling.repeatPenalty !== 1;
    cache.lookup?.updateInputTokens(isPenalized ? [] : this.#prompt.tokens);
    const iterator: TokenIterator = cache.sequence.evaluateWithMetadata(
      lastChunk,
      { confidence: this.#request.measuresOpening },
      options,
    );
    try {
      return await this.#decode(iterator, lastChunk.length);
    } finally {
      await iterator.return();
      this.predictions = countsSince(cache.predictions, predicted);
      await cache.dropGuessed();
    }
  }

  /** @returns the tokens still to read, at least one; null when stopped on the way */
  async #readAllButLastChunk(): Promise<Token[] | null> {
    const { cache, batchSize } = this.#target;
    const tokens = this.#prompt.tokens;
    let at = this.#reusedTokens;
    this.#reportPrefill(null);
    while (!this.#context.signal.aborted) {
      const size = prefillChunkSize(this.#target.prefillSpeed, batchSize);
      if (at + size >= tokens.length) return tokens.slice(at);
      const startedAt = performance.now();
      await cache.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, at + size));
      at += size;
      this.#chunkRead(size, performance.now() - startedAt);
    }
    return null;
  }

  async #decode(iterator: TokenIterator, lastChunk: number): Promise<Outcome> {
    const { model, cache } = this.#target;
    const { signal, telemetry, emit, slowMotion } = this.#context;
    const maxTokens = this.#request.sampling.maxTokens ?? Number.POSITIVE_INFINITY;
    const lastChunkAt = performance.now();
    const first = await iterator.next();
    const firstTokenAt = performance.now();
    const promptReadAt = this.#samplingAt;
    this.#chunkRead(lastChunk, promptReadAt - lastChunkAt);
    if (signal.aborted || first.done === true) {
      return { stopReason: 'stopped', promptReadAt, firstTokenAt: null };
    }
    emit({ type: 'progress', progress: { phase: 'decode' } });
    const fill = () => this.#target.fill();
    const answer = new AnswerStream(
      this.#prompt,
      (tokens, special, before) => model.detokenize(tokens, special, before),
      (segment, text) => {
        emit({ type: 'text', segment, text });
        telemetry.decoding(fill());
      },
    );
    let stopReason: StopReason = 'end-of-turn';
    let { token } = first.value;
    this.opening.record(first.value.confidence);
    let tokenAt = firstTokenAt;
    try {
      while (!model.isEogToken(token)) {
        this.latencies.record(tokenAt);
        this.#generated.push(token);
        this.answerTokens.push(token);
        if (this.latencies.count >= maxTokens) {
          stopReason = 'token-limit';
        } else if (cache.usedTokens >= cache.capacityTokens) {
          stopReason = 'context-full';
        } else if (signal.aborted) {
          stopReason = 'stopped';
        } else {
          const held = slowMotion.tokensPerSecond !== null;
          if (held) {
            this.paced = true;
            answer.push(token);
            telemetry.decoded(tokenAt, fill);
            await slowMotion.hold(tokenAt, signal);
            if (signal.aborted) {
              stopReason = 'stopped';
              break;
            }
          }
          const askedAt = held ? performance.now() : tokenAt;
          const next = iterator.next();
          if (!held) {
            // Work for this token is done while the model computes the next one.
            answer.push(token);
            telemetry.decoded(tokenAt, fill);
          }
          const result = await next;
          const now = performance.now();
          // A step that checks guesses is no measure of the threads.
          if (!cache.lookup?.guessed) this.#target.observeSpeed('decode', now - askedAt, now);
          tokenAt = now;
          if (answer.stopped || result.done === true) break;
          token = result.value.token;
          this.opening.record(result.value.confidence);
          continue;
        }
        answer.push(token);
        break;
      }
    } finally {
      this.#target.answers.remember(this.#request.answerId, joined(this.#begun(), answer.end()));
    }
    return { stopReason, promptReadAt, firstTokenAt };
  }

  /** What there was of the answer before this turn. */
  #begun(): RememberedAnswer | null {
    const { continues, messages } = this.#request;
    const begun = continues ? messages.at(-1) : undefined;
    if (begun === undefined) return null;
    const { id, text, reasoning } = begun;
    const unknown = { text, reasoning, textTokens: null, reasoningTokens: null };
    return this.#target.answers.find(id, text, reasoning) ?? unknown;
  }

  #chunkRead(tokens: number, ms: number): void {
    this.prefilledTokens += tokens;
    // A handful of tokens says little: each call has a cost of its own.
    if (tokens >= telling && ms > 0) {
      this.#target.prefillSpeed = tokens / ms;
      this.#target.observeSpeed('prefill', ms / tokens, performance.now());
    }
    this.#reportPrefill(ms > 0 ? (tokens * 1000) / ms : null);
  }

  #reportPrefill(tokensPerSecond: number | null): void {
    const totalTokens = this.#prompt.tokens.length - this.#reusedTokens;
    const left = totalTokens - this.prefilledTokens;
    this.#context.emit({
      type: 'progress',
      progress: {
        phase: 'prefill',
        reusedTokens: this.#reusedTokens,
        doneTokens: this.prefilledTokens,
        totalTokens,
        tokensPerSecond,
        remainingMs: tokensPerSecond === null ? null : (left * 1000) / tokensPerSecond,
      },
    });
    this.#context.telemetry.prefill(this.#target.fill(), tokensPerSecond);
  }
}
