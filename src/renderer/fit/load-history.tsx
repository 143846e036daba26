import { useEffect, useState } from 'react';
import { estimateTrust, totalOf } from '#shared/fit/estimate-trust.ts';
import { estimateError, formatError } from '#shared/metrics/cache-forecast.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { LoadRecord } from '#shared/model/load-record.ts';
import { useApp, useFit, usePage } from '../state/page-context.tsx';
import { DataTable } from '../ui/data-table.tsx';
import styles from '../ui/section.module.css';

const shownLoads = 5;

/** Estimated beside actual, for every load of this file: how far the page is to be trusted. */
export function LoadHistory() {
  const path = useFit(({ choice }) => (choice.model.kind === 'file' ? choice.model.path : ''));
  const records = useLoadRecords(path);
  if (path === '' || records === null) return null;
  return (
    <section className={styles.section} aria-labelledby="fit-history-title">
      <h2 id="fit-history-title" className={styles.title}>
        Estimated beside actual
      </h2>
      <p className={styles.note}>{trustText(records)}</p>
      {records.length > 0 && <Records records={records.slice(0, shownLoads)} />}
    </section>
  );
}

/** Null until the first answer. */
function useLoadRecords(path: string): readonly LoadRecord[] | null {
  const { connection } = usePage();
  const [answer, setAnswer] = useState<{ path: string; records: LoadRecord[] } | null>(null);
  const model = useApp(state => state.model);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every load adds a record
  useEffect(() => {
    let current = true;
    if (path !== '') {
      connection.call('model.loads', { path }).then(
        records => {
          if (current) setAnswer({ path, records });
        },
        // The connection banner says it already.
        () => {},
      );
    }
    return () => {
      current = false;
    };
  }, [connection, path, model]);
  return answer?.path === path ? answer.records : null;
}

function trustText(records: readonly LoadRecord[]): string {
  const { loads, worst, worstTotal } = estimateTrust(records);
  if (loads === 0) return 'This file has not been loaded here, so nothing has been compared yet.';
  const over = loads === 1 ? 'In the one load of this file' : `Over ${loads} loads of this file`;
  const cache = [worst.kvKBytes, worst.kvVBytes].filter(error => error !== null);
  const cacheText =
    cache.length === 0 ? '' : `, the cache by at most ${formatError(largest(cache))}`;
  return `${over} the total was off by at most ${formatError(worstTotal)}${cacheText}. llama.cpp reports hundredths of a MiB, which shows as an error of small parts.`;
}

function largest(errors: readonly number[]): number {
  return errors.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most), 0);
}

function Records({ records }: { readonly records: readonly LoadRecord[] }) {
  return (
    <DataTable
      caption="Loads of this file, newest first: estimated memory, and its error by part"
      rowHead="Loaded"
      columns={[
        { key: 'types', head: 'K / V' },
        { key: 'context', head: 'Tokens' },
        { key: 'planned', head: 'Estimated' },
        { key: 'actual', head: 'Actual', title: 'From llama.cpp’s own allocation report' },
        { key: 'error', head: 'Error' },
        { key: 'weights', head: 'Weights' },
        { key: 'k', head: 'K' },
        { key: 'v', head: 'V' },
        { key: 'compute', head: 'Compute' },
      ]}
      rows={records.map(({ loadedAt, options, contextLength, planned, actual }) => ({
        key: String(loadedAt),
        head: whenText(loadedAt),
        cells: {
          types: `${options.typeK} / ${options.typeV}`,
          context: formatTokens(contextLength),
          planned: bytesText(totalOf(planned)),
          actual: bytesText(totalOf(actual)),
          error: formatError(estimateError(totalOf(planned), totalOf(actual))),
          weights: formatError(estimateError(planned.weightsBytes, actual.weightsBytes)),
          k: formatError(estimateError(planned.kvKBytes, actual.kvKBytes)),
          v: formatError(estimateError(planned.kvVBytes, actual.kvVBytes)),
          compute: formatError(estimateError(planned.computeBytes, actual.computeBytes)),
        },
      }))}
    />
  );
}

function bytesText(bytes: number | null): string | null {
  return bytes === null ? null : formatBytes(bytes);
}

const clock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

function whenText(at: number): string {
  return clock.format(at);
}
