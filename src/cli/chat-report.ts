import type { Message } from '#shared/chat/conversation.ts';
import { describeDoubt, describeStop } from '#shared/chat/turn-text.ts';
import { formatDuration, formatPercent, formatRate, formatTokens } from '#shared/metrics/format.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import type { LoadReport } from '#shared/model/load.ts';

/** One turn of `chat --json`: the answer and every figure of it. */
export interface TurnReport extends TurnFigures {
  readonly prompt: string;
  readonly text: string;
  readonly reasoning: string;
}

export function turnReport(prompt: string, answer: Message, figures: TurnFigures): TurnReport {
  return { prompt, text: answer.text, reasoning: answer.reasoning, ...figures };
}

/** The load of `chat --json`: the report, with the model beside the plan instead of inside it. */
export function loadResult(report: LoadReport) {
  const { model, ...planned } = report.planned;
  return { ...report, planned, model };
}

/** The quiet line under an answer, and why the answer ended where that is not its own doing. */
export function figuresText(figures: TurnFigures): string {
  const fill =
    figures.cacheCapacityTokens === 0
      ? null
      : figures.cacheUsedTokens / figures.cacheCapacityTokens;
  const line = [
    `TTFT ${formatDuration(figures.ttftMs)}`,
    `${formatTokens(figures.prefilledTokens)} new and ${formatTokens(figures.reusedTokens)} reused prompt tokens`,
    `prefill ${formatRate(figures.prefillTokensPerSecond)}`,
    `decode ${formatRate(figures.decodeTokensPerSecond)}`,
    `${formatTokens(figures.generatedTokens)} answer tokens`,
    `cache ${formatTokens(figures.cacheUsedTokens)} of ${formatTokens(figures.cacheCapacityTokens)} tokens (${formatPercent(fill)})`,
  ].join(' · ');
  // The limit was typed by whoever reads this.
  const stop = figures.stopReason === 'token-limit' ? null : describeStop(figures);
  return [line, stop, describeDoubt(figures)].filter(part => part !== null).join('\n');
}
