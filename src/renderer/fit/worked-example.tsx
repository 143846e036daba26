import { textbookBytes } from '#shared/kv-cache/cache-size.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { formatBytes, formatDecimalBytes, formatTokens } from '#shared/metrics/format.ts';
import { useFit } from '../state/page-context.tsx';
import { DataTable } from '../ui/data-table.tsx';
import styles from '../ui/section.module.css';

const types: readonly CacheType[] = ['f16', 'q8_0', 'q4_0'];

/** The preset's cache as textbooks compute it: exactly so many tokens, no padding, no windows. */
export function WorkedExample() {
  const preset = useFit(({ subject }) => subject?.preset ?? null);
  if (preset === null) return null;
  const { layers, title, trainedContextLength } = preset;
  const example = preset.textbook ?? { tokens: Math.min(8192, trainedContextLength), batch: 1 };
  const batches = [...new Set([1, example.batch])];
  return (
    <section className={styles.section} aria-labelledby="fit-example-title">
      <h2 id="fit-example-title" className={styles.title}>
        By the book: {formatTokens(example.tokens)} tokens of {title}
      </h2>
      <DataTable
        caption={`Cache of ${formatTokens(example.tokens)} tokens by the book`}
        rowHead="K and V"
        columns={[
          { key: 'token', head: 'One token' },
          ...batches.map(batch => ({
            key: String(batch),
            head: batch === 1 ? 'One sequence' : `${formatTokens(batch)} sequences`,
          })),
        ]}
        rows={types.map(type => {
          const bytes = (tokens: number, batch: number) =>
            textbookBytes(layers, { typeK: type, typeV: type }, tokens, batch);
          const { k, v } = bytes(1, 1);
          return {
            key: type,
            head: type,
            cells: {
              token: formatBytes(k + v),
              ...Object.fromEntries(
                batches.map(batch => {
                  const { total } = bytes(example.tokens, batch);
                  return [String(batch), `${formatBytes(total)} (${formatDecimalBytes(total)})`];
                }),
              ),
            },
          };
        })}
      />
      <p className={styles.note}>
        Exactly so many cells, without padding, sliding windows and compute buffers. Shapes from:{' '}
        {preset.source}
      </p>
    </section>
  );
}
