import type { ReactNode } from 'react';
import { notMeasured } from '#shared/metrics/format.ts';
import styles from './data-table.module.css';

export interface DataColumn {
  readonly key: string;
  readonly head: string;
  /** In the head, under the name. */
  readonly unit?: string;
  /** What the column means, where the head is too short to say so. */
  readonly title?: string;
}

export interface DataRow {
  readonly key: string;
  /** The first cell: what the row is about. */
  readonly head: ReactNode;
  /** By column key; null is "not measured". */
  readonly cells: Readonly<Record<string, string | null>>;
}

export interface DataTableProps {
  /** Read to screen readers; shown above by whoever places the table. */
  readonly caption: string;
  readonly rowHead: string;
  readonly columns: readonly DataColumn[];
  readonly rows: readonly DataRow[];
}

/** Figures in columns: numbers at the right edge, units once in the head. */
export function DataTable({ caption, rowHead, columns, rows }: DataTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={caption}>
      <table className={styles.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{rowHead}</th>
            {columns.map(({ key, head, unit, title }) => (
              <th key={key} scope="col" title={title}>
                {head}
                {unit !== undefined && <span className={styles.unit}> {unit}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.key}>
              <th scope="row">{row.head}</th>
              {columns.map(({ key }) => {
                const cell = row.cells[key] ?? null;
                return (
                  <td key={key} data-missing={cell === null || undefined}>
                    {cell ?? notMeasured}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
