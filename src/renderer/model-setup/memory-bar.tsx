import { formatBytes } from '#shared/metrics/format.ts';
import styles from './memory-bar.module.css';

const colours = {
  weights: 'series-weights',
  k: 'series-k',
  v: 'series-v',
  recurrent: 'series-used',
  compute: 'series-compute',
} as const;

export interface MemoryPart {
  readonly key: keyof typeof colours;
  readonly label: string;
  readonly bytes: number;
}

export interface MemoryBarProps {
  readonly parts: readonly MemoryPart[];
  /** Bytes that may be used: the bar's length, and a mark where the parts are longer. */
  readonly budgetBytes: number;
  /** What is no part of the memory and belongs beside it. */
  readonly facts?: readonly { readonly label: string; readonly text: string }[];
}

/** Estimated memory in its parts, as a bar and as figures. */
export function MemoryBar({ parts, budgetBytes, facts = [] }: MemoryBarProps) {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const scale = Math.max(total, budgetBytes, 1);
  return (
    <>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ key, bytes }) => (
          <span
            key={key}
            style={{
              width: `${(bytes / scale) * 100}%`,
              background: `var(--${colours[key]})`,
            }}
          />
        ))}
        {total > budgetBytes && (
          <span className={styles.limit} style={{ left: `${(budgetBytes / scale) * 100}%` }} />
        )}
      </div>
      <dl className={styles.parts}>
        {parts.map(({ key, label, bytes }) => (
          <div key={key} className={styles.part}>
            <dt>
              <span
                className={styles.key}
                style={{ background: `var(--${colours[key]})` }}
                aria-hidden="true"
              />
              {label}
            </dt>
            <dd>{formatBytes(bytes)}</dd>
          </div>
        ))}
        {facts.map(({ label, text }) => (
          <div key={label} className={styles.part}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
