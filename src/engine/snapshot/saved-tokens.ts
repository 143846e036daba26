import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Snapshot } from '#shared/snapshot/snapshot.ts';
import { snapshotDamaged } from '#shared/snapshot/snapshot-refusal.ts';
import type { RememberedAnswer } from '../turn/answer-memory.ts';

/** The tokens of a snapshot, as those of this model. */
export interface SavedTokens {
  readonly answerTokens: Token[];
  readonly answers: ReadonlyMap<string, RememberedAnswer>;
}

/** @throws AppError `snapshot-damaged` for a token that the model does not have: it would read beyond its table */
export function savedTokens(model: LlamaModel, { lastTurn, answers }: Snapshot): SavedTokens {
  const count = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
  const isToken = (token: number): token is Token => token < count;
  const checked = (tokens: readonly number[]): Token[] => {
    if (tokens.every(isToken)) return [...tokens];
    throw snapshotDamaged('It holds tokens that the model does not have.');
  };
  return {
    answerTokens: checked(lastTurn.answerTokens),
    answers: new Map(
      answers.map(({ messageId, text, reasoning, textTokens, reasoningTokens }) => [
        messageId,
        {
          text,
          reasoning,
          textTokens: textTokens && checked(textTokens),
          reasoningTokens: reasoningTokens && checked(reasoningTokens),
        },
      ]),
    ),
  };
}
