import type { LlamaModel } from 'node-llama-cpp';
import type { RestoredCache } from '#shared/metrics/turn-figures.ts';
import type { CacheFill } from '../metering/telemetry-meter.ts';
import type { TtftForecast } from '../metering/ttft-forecast.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { CellRecord, FreshCause } from './cell-record.ts';
import type { ChatTemplate } from './chat-template.ts';
import type { SequenceCache } from './sequence-cache.ts';

/** What a turn needs of the loaded model. */
export interface TurnModel {
  readonly model: LlamaModel;
  readonly template: ChatTemplate;
  readonly answers: AnswerMemory;
  readonly cache: SequenceCache;
  readonly batchSize: number;
  /** Speed of the last evaluated chunk, tokens per millisecond: sizes the first one of a turn. */
  prefillSpeed: number | null;
  fill(): CacheFill;
  /** What the last turn put into the cells; null before the first one of a context. */
  record: CellRecord | null;
  /** Why there is no record. */
  freshCause: FreshCause;
  /** How many tokens of this conversation, from the first on, a snapshot on the disk holds. */
  savedTokens: number;
  /** What a snapshot filled the cells with; null once a turn has said so. */
  restored: RestoredCache | null;
  readonly forecast: TtftForecast;
  /** Called after every chunk and every token: the number of threads may follow from it. */
  observeSpeed(work: 'prefill' | 'decode', msPerToken: number, atMs: number): void;
}
