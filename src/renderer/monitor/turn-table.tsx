import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import type { FinishedTurn } from '../state/chat-store.ts';
import { DataTable } from '../ui/data-table.tsx';

const mostRows = 12;

/** The latest turns of the conversation, newest first. */
export function TurnTable({ turns }: { readonly turns: readonly FinishedTurn[] }) {
  return (
    <DataTable
      caption="Latest turns"
      rowHead="Turn"
      columns={[
        column('ttft', metricDefinitions.ttft, ''),
        column('reused', metricDefinitions.reusedTokens),
        column('prefilled', metricDefinitions.prefilledTokens),
        column('prefill', metricDefinitions.prefillSpeed),
        column('decode', metricDefinitions.decodeSpeed),
        column('cache', metricDefinitions.cacheUsed, 'tokens', 'Cache'),
      ]}
      rows={turns
        .map(({ messageId, figures }, index) => ({
          key: messageId,
          head: index + 1,
          cells: {
            ttft: figures.ttftMs === null ? null : formatDuration(figures.ttftMs),
            reused: formatTokens(figures.reusedTokens),
            prefilled: formatTokens(figures.prefilledTokens),
            prefill: bareRate(figures.prefillTokensPerSecond),
            decode: bareRate(figures.decodeTokensPerSecond),
            cache: formatTokens(figures.cacheUsedTokens),
          },
        }))
        .slice(-mostRows)
        .toReversed()}
    />
  );
}

function column(
  key: string,
  definition: { shortName: string; unit: string | null; description: string },
  unit = definition.unit ?? '',
  head = definition.shortName,
) {
  return { key, head, title: definition.description, ...(unit === '' ? {} : { unit }) };
}

/** The unit is in the head of the column. */
function bareRate(rate: number | null): string | null {
  return rate === null ? null : formatRate(rate).replace(/ tokens\/s$/, '');
}
