import type { Token } from 'node-llama-cpp';
import type { CellGap, CellSpan } from '#shared/cache-map/cache-map.ts';
import type { MissCause } from '#shared/metrics/cache-miss.ts';

/** What the last turn put into the cells, as far as it can be told from its prompt. */
export interface CellRecord {
  readonly conversationId: string;
  /** The message that the cells beyond the prompt belong to. */
  readonly answerId: string;
  readonly promptTokens: number;
  readonly reusedTokens: number;
  /** Of the prompt. */
  readonly spans: readonly CellSpan[];
  /** Where turns of the conversation are missing from the prompt. */
  readonly gaps: readonly CellGap[];
  /**
   * The answer as it was generated, with what the model wrote for the program that runs it. Grows with
   * it; the last token may have been sampled and not evaluated.
   */
  readonly answerTokens: readonly Token[];
}

/** Why a context has nothing in it yet. */
export type FreshCause = Extract<MissCause, 'settings' | 'other-model' | 'restart' | 'failed-turn'>;
