import { formatDuration, formatTokenCount, formatTokens } from '../metrics/format.ts';
import type { TurnForecast } from '../metrics/turn-forecast.ts';
import { describeMissAhead } from './miss-text.ts';

/** What a turn would have to read, as a sentence without its full stop. */
export function describeCost(forecast: TurnForecast): string {
  const { promptTokens, reusedTokens, readTokens, capacityTokens, ttftMs } = forecast;
  if (promptTokens > capacityTokens) {
    return `${formatTokenCount(promptTokens - capacityTokens)} more than the context has room for`;
  }
  const cached = reusedTokens === 0 ? '' : `, ${formatTokens(reusedTokens)} are cached`;
  const time = ttftMs === null ? '' : `; first token in about ${formatDuration(ttftMs)}`;
  return `Reads ${formatTokenCount(readTokens)}${cached}${time}`;
}

/** What would be left out to make room, as a sentence without its full stop; null: nothing. */
export function describeOmission({ omittedTurns }: TurnForecast): string | null {
  if (omittedTurns === 0) return null;
  return `The context is full: ${formatTokens(omittedTurns)} earlier ${omittedTurns === 1 ? 'turn' : 'turns'} will be left out`;
}

/** Why it would read earlier messages again; null where it does not. */
export function describeCostReason({ miss }: TurnForecast): string | null {
  return miss === null ? null : `Of these ${describeMissAhead(miss)}`;
}

/** The same behind the name of a button. */
export function describeCostBriefly(forecast: TurnForecast): string {
  const { promptTokens, readTokens, capacityTokens, ttftMs } = forecast;
  if (promptTokens > capacityTokens) return 'does not fit the context';
  const time = ttftMs === null ? '' : `, about ${formatDuration(ttftMs)}`;
  return `reads ${formatTokenCount(readTokens)}${time}`;
}

/** Of a change that costs nothing by itself: what the turn after it reads again. */
export function describeLaterCost({ miss }: TurnForecast): string {
  return miss === null
    ? 'nothing is read again'
    : `the next turn reads ${formatTokenCount(miss.rereadTokens)} again`;
}
