import { Check } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import type { FitRow } from '#shared/fit/fit.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { formatTokenCount, formatTokens } from '#shared/metrics/format.ts';
import { usePage } from '../state/page-context.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import styles from './fit-matrix.module.css';
import { selectedTypes } from './fit-selected.ts';
import { rowKey } from './fit-store.ts';

/** The longest context of every pair of cache types; choosing a cell shows what it takes. */
export function FitMatrix() {
  const { fit } = usePage();
  const state = useStore(fit.store);
  const { table, choice, subject } = state;
  const selected = selectedTypes(state);
  const aim = choice.contextLength ?? subject?.trainedContextLength ?? null;
  const rows = [...table.rows.values()];
  return (
    <section className={styles.section} aria-labelledby="fit-matrix-title">
      <div className={styles.head}>
        <h2 id="fit-matrix-title" className={styles.title}>
          Longest context in tokens
        </h2>
        <p className={styles.note} role="status">
          {table.pending && table.basis !== null
            ? `Computing ${formatTokens(table.answered)} of ${formatTokens(cacheTypes.length ** 2)}`
            : choice.sequences > 1 && `for each of ${choice.sequences} sequences`}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Longest context by cache types">
        <table className={styles.table} aria-labelledby="fit-matrix-title" onKeyDown={moveFocus}>
          <thead>
            <tr>
              <th scope="col">K \ V</th>
              {cacheTypes.map(typeV => (
                <th key={typeV} scope="col">
                  {typeV}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cacheTypes.map(typeK => (
              <tr key={typeK}>
                <th scope="row">{typeK}</th>
                {cacheTypes.map(typeV => {
                  const row = table.rows.get(rowKey(typeK, typeV));
                  return (
                    <td key={typeV}>
                      {row !== undefined && (
                        <Cell
                          row={row}
                          aim={aim}
                          selected={selected.typeK === typeK && selected.typeV === typeV}
                          onSelect={() => fit.change({ types: { typeK, typeV } })}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Legend rows={rows} aim={aim} asked={choice.contextLength !== null} />
    </section>
  );
}

interface LegendProps {
  readonly rows: readonly FitRow[];
  readonly aim: number | null;
  readonly asked: boolean;
}

/** What the marks mean, for those that are there. */
function Legend({ rows, aim, asked }: LegendProps) {
  const warnings = new Set(rows.flatMap(({ warning }) => warning ?? []));
  return (
    <ul className={styles.legend}>
      {aim !== null && rows.some(({ maxContext }) => (maxContext ?? 0) >= aim) && (
        <li>
          <Check aria-hidden="true" />
          holds {asked ? '' : 'the trained '}
          {formatTokenCount(aim)}
        </li>
      )}
      {warnings.size > 0 && (
        <li>
          <span className={styles.corner} aria-hidden="true" />
          {warnings.size === 1 ? [...warnings] : 'slow on this backend; point at it for the reason'}
        </li>
      )}
      {rows.some(({ legal }) => !legal) && (
        <li>
          <span aria-hidden="true">–</span>
          not possible; point at it for the reason
        </li>
      )}
    </ul>
  );
}

interface CellProps {
  readonly row: FitRow;
  /** Tokens that would be enough. */
  readonly aim: number | null;
  readonly selected: boolean;
  onSelect(): void;
}

function Cell({ row, aim, selected, onSelect }: CellProps) {
  const { typeK, typeV, legal, reason, warning, maxContext } = row;
  const longest = maxContext ?? 0;
  const enough = aim !== null && longest >= aim;
  const says = legal
    ? longest === 0
      ? 'Not even the shortest context fits.'
      : `At most ${formatTokenCount(longest)}.`
    : reason;
  return (
    <Tooltip
      content={
        <>
          <strong>
            K {typeK}, V {typeV}
          </strong>
          <br />
          {says} {warning}
        </>
      }
    >
      <button
        type="button"
        className={styles.cell}
        tabIndex={selected ? 0 : -1}
        aria-pressed={selected}
        aria-disabled={!legal || undefined}
        aria-label={`K ${typeK}, V ${typeV}: ${legal ? formatTokenCount(longest) : 'not possible'}${warning === null ? '' : ', slow'}`}
        data-legal={legal}
        data-none={(legal && longest === 0) || undefined}
        style={{ ['--reach' as string]: reach(longest, aim) }}
        onClick={() => legal && onSelect()}
      >
        {legal ? (longest === 0 ? 'none' : formatTokens(longest)) : '–'}
        {enough && <Check aria-hidden="true" />}
        {warning !== null && <span className={styles.corner} aria-hidden="true" />}
      </button>
    </Tooltip>
  );
}

/** How far towards what would be enough, 0..1: what the cell's colour says. */
function reach(longest: number, aim: number | null): number {
  if (longest === 0) return 0;
  return aim === null ? 0.5 : Math.min(1, longest / aim);
}

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Arrow keys go from cell to cell; Tab leaves the table. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const step = steps[event.key];
  if (step === undefined || !(event.target instanceof HTMLButtonElement)) return;
  const cell = event.target.closest('td');
  const row = cell?.parentElement;
  if (!(cell instanceof HTMLTableCellElement) || !(row instanceof HTMLTableRowElement)) return;
  const [right, down] = step;
  const next = event.currentTarget.rows[row.rowIndex + down]?.cells[cell.cellIndex + right];
  next?.querySelector('button')?.focus();
  event.preventDefault();
}
