import type { Message } from '#shared/chat/conversation.ts';
import { type CsvCell, csvText } from '#shared/metrics/csv.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';

/** In the order of the columns; what was not measured stays empty. */
const columns: readonly (readonly [name: string, of: (figures: TurnFigures) => CsvCell])[] = [
  ['stop_reason', figures => figures.stopReason],
  ['ttft_ms', figures => figures.ttftMs],
  ['ttft_queue_ms', figures => figures.ttftParts.queue],
  ['ttft_template_ms', figures => figures.ttftParts.template],
  ['ttft_restore_ms', figures => figures.ttftParts.restore],
  ['ttft_prefill_ms', figures => figures.ttftParts.prefill],
  ['ttft_first_decode_ms', figures => figures.ttftParts.firstDecode],
  ['forecast_ms', figures => figures.forecastMs],
  ['prompt_tokens', figures => figures.promptTokens],
  ['reused_tokens', figures => figures.reusedTokens],
  ['prefilled_tokens', figures => figures.prefilledTokens],
  ['miss_cause', figures => figures.miss?.cause ?? null],
  ['reread_tokens', figures => figures.miss?.rereadTokens ?? 0],
  ['omitted_turns', figures => figures.overflow?.newTurns ?? 0],
  ['prefill_tokens_per_second', figures => figures.prefillTokensPerSecond],
  ['generated_tokens', figures => figures.generatedTokens],
  ['paced', figures => String(figures.paced)],
  ['decode_tokens_per_second', figures => figures.decodeTokensPerSecond],
  ['latency_p50_ms', figures => figures.interTokenLatency?.p50 ?? null],
  ['latency_p95_ms', figures => figures.interTokenLatency?.p95 ?? null],
  ['latency_p99_ms', figures => figures.interTokenLatency?.p99 ?? null],
  ['latency_max_ms', figures => figures.interTokenLatency?.max ?? null],
  ['cache_used_tokens', figures => figures.cacheUsedTokens],
  ['cache_capacity_tokens', figures => figures.cacheCapacityTokens],
  ['cache_used_bytes', figures => figures.cacheUsedBytes],
  ['cache_capacity_bytes', figures => figures.cacheCapacityBytes],
];

/** Every answer's figures, a line each (RFC 4180), oldest first. */
export function figuresCsv(messages: readonly Message[]): string {
  const answers = messages.flatMap(({ figures, modelName, createdAt }) =>
    figures === null ? [] : [{ figures, modelName, createdAt }],
  );
  const lines: CsvCell[][] = [
    ['turn', 'time', 'model', ...columns.map(([name]) => name)],
    ...answers.map(({ figures, modelName, createdAt }, turn) => [
      turn + 1,
      new Date(createdAt).toISOString(),
      modelName,
      ...columns.map(([, of]) => of(figures)),
    ]),
  ];
  return csvText(lines);
}
