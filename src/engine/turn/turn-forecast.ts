import type { ForecastRequest } from '#shared/contract/engine-contract.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';
import { missOf } from './turn-miss.ts';
import type { TurnModel } from './turn-model.ts';
import { fittedPrompt } from './turn-prompt.ts';

/**
 * What a turn would have to read, and how long that would take. Changes nothing.
 *
 * @throws AppError `template-failed`
 */
export function forecastTurn(target: TurnModel, request: ForecastRequest): TurnForecast {
  const { prompt, messages, overflow } = fittedPrompt(target, request);
  const comparison = target.cache.compare(prompt.tokens);
  const miss = missOf(target, { ...request, messages }, prompt, comparison, overflow);
  const promptTokens = prompt.tokens.length;
  const reusedTokens = comparison.keptTokens;
  const readTokens = promptTokens - reusedTokens;
  return {
    promptTokens,
    reusedTokens,
    readTokens,
    miss: miss === null ? null : { cause: miss.cause, rereadTokens: miss.rereadTokens },
    omittedTurns: overflow?.newTurns ?? 0,
    capacityTokens: target.cache.capacityTokens,
    ttftMs: target.forecast.forecast({ tokens: readTokens, depth: reusedTokens }),
  };
}
