import { Progress as BaseProgress } from '@base-ui/react/progress';
import styles from './progress-bar.module.css';

export interface ProgressBarProps {
  /** The accessible name. */
  readonly label: string;
  /** 0..1; null while the extent is not known. */
  readonly value: number | null;
  /** What screen readers say instead of a bare percentage. */
  readonly valueText?: string;
}

export function ProgressBar({ label, value, valueText }: ProgressBarProps) {
  return (
    <BaseProgress.Root
      value={value === null ? null : Math.round(value * 1000) / 10}
      aria-label={label}
      {...(valueText === undefined ? {} : { getAriaValueText: () => valueText })}
    >
      <BaseProgress.Track className={styles.track}>
        <BaseProgress.Indicator className={styles.indicator} />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}
