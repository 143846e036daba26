import type { LlamaContext, LlamaModel } from 'node-llama-cpp';
import { type CacheBytes, usedBytes } from '#shared/kv-cache/cache-size.ts';
import type { RestoredCache } from '#shared/metrics/turn-figures.ts';
import type { LoadReport } from '#shared/model/load.ts';
import type { GgufFile } from '../gguf/gguf-file.ts';
import type { MemoryNeed } from '../memory/memory-simulation.ts';
import type { CacheFill } from '../metering/telemetry-meter.ts';
import { TtftForecast } from '../metering/ttft-forecast.ts';
import { ThreadGovernor } from '../threads/thread-governor.ts';
import type { AnswerMemory } from '../turn/answer-memory.ts';
import type { CellRecord, FreshCause } from '../turn/cell-record.ts';
import type { ChatTemplate } from '../turn/chat-template.ts';
import type { SequenceCache } from '../turn/sequence-cache.ts';
import type { TurnModel } from '../turn/turn-model.ts';

/** Weights in memory. Whoever holds this disposes it; its contexts have to go first. */
export interface LoadedWeights {
  readonly model: LlamaModel;
  readonly template: ChatTemplate;
  /** Lives as long as the weights: tokens mean the same in every context of a model. */
  readonly answers: AnswerMemory;
  readonly file: GgufFile;
  /** Tells them from other weights; taken while the file was what is in memory. Null: it could not be read. */
  readonly fingerprint: string | null;
  readonly gpuLayers: number;
  /** As llama.cpp reported when they were loaded. */
  readonly weightsBytes: number | null;
}

export interface LoadedContext {
  readonly context: LlamaContext;
  /** One for each sequence that was asked for. */
  readonly caches: readonly [SequenceCache, ...SequenceCache[]];
}

/** The part of the cache that fills token by token. */
function tokenBytes({ k, v }: CacheBytes): number {
  return k + v;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** A model that turns can run on. */
export class LoadedModel implements TurnModel {
  readonly weights: LoadedWeights;
  readonly report: LoadReport;
  prefillSpeed: number | null = null;
  record: CellRecord | null = null;
  freshCause: FreshCause = 'restart';
  savedTokens = 0;
  restored: RestoredCache | null = null;
  readonly forecast = new TtftForecast();
  readonly #context: LoadedContext;
  readonly #governor: ThreadGovernor;

  constructor(weights: LoadedWeights, context: LoadedContext, report: LoadReport) {
    this.weights = weights;
    this.report = report;
    this.#context = context;
    this.#governor = new ThreadGovernor(report.threadTrials, report.threads);
  }

  get model(): LlamaModel {
    return this.weights.model;
  }

  get template(): ChatTemplate {
    return this.weights.template;
  }

  get answers(): AnswerMemory {
    return this.weights.answers;
  }

  /** That of the first sequence, which chats use. */
  get cache(): SequenceCache {
    return this.caches[0];
  }

  get caches(): LoadedContext['caches'] {
    return this.#context.caches;
  }

  get batchSize(): number {
    return this.#context.context.batchSize;
  }

  fill(): CacheFill {
    const used = this.caches.map(({ usedTokens }) => usedTokens);
    const { options, planned, actual } = this.report;
    const layers = planned.model.layers;
    return {
      usedTokens: sum(used),
      capacityTokens: actual.cells ?? planned.cells,
      usedBytes:
        layers === null
          ? null
          : sum(used.map(tokens => tokenBytes(usedBytes(layers, options, tokens)))),
      capacityBytes: actual.kvBytes ?? planned.kvBytes,
    };
  }

  observeSpeed(work: 'prefill' | 'decode', msPerToken: number, atMs: number): void {
    const before = this.#governor.threads;
    this.#governor.observe(work, msPerToken, atMs);
    if (this.#governor.threads !== before) this.model.llama.maxThreads = this.#governor.threads;
  }

  /** What becomes free with this model. Mapped weights count as free anyway. */
  freed(): MemoryNeed {
    const context = this.#context.context.memoryUsage;
    const { memoryUsage, useMmap } = this.model;
    return {
      ram: context.ram + (useMmap ? 0 : memoryUsage.ram),
      vram: context.vram + memoryUsage.vram,
    };
  }

  /** The same model, described by another report. */
  withReport(report: LoadReport): LoadedModel {
    return new LoadedModel(this.weights, this.#context, report);
  }

  async disposeContext(): Promise<void> {
    await this.#context.context.dispose();
  }

  async dispose(): Promise<void> {
    await this.disposeContext();
    await this.weights.model.dispose();
  }
}
