import type { MetricDefinition } from '#shared/metrics/definitions.ts';
import styles from './figure.module.css';
import { Tooltip } from './tooltip.tsx';

export interface FigureProps {
  /** Name and tooltip text; take it from `metricDefinitions`. */
  readonly definition: MetricDefinition;
  /** Formatted by `#shared/metrics/format.ts`, unit included. */
  readonly value: string;
  /** An estimate is written in italics behind "about", so that the two can never be mistaken. */
  readonly kind?: 'measured' | 'estimated';
  /**
   * `stacked`: name over value, for panels. `inline`: name and value in one line of small text.
   * `sentence`: both as loud as the text around them.
   */
  readonly layout?: 'stacked' | 'inline' | 'sentence';
  readonly size?: 'small' | 'large';
  /** Replaces the definition's short name. */
  readonly label?: string;
  /** A second, quieter value, for instance the bytes beside the tokens. */
  readonly secondary?: string;
  /** Off where a screen full of figures would make the Tab key useless. */
  readonly focusable?: boolean;
}

/** One figure with its name; pointing at it or focusing it tells how it is measured. */
export function Figure({
  definition,
  value,
  kind = 'measured',
  layout = 'stacked',
  size = 'small',
  label,
  secondary,
  focusable = true,
}: FigureProps) {
  const how = kind === 'estimated' ? 'Estimated before anything is loaded. ' : '';
  return (
    <Tooltip
      content={
        <>
          <strong className={styles.tooltipName}>{definition.name}</strong>
          {how}
          {definition.description}
        </>
      }
    >
      <span
        className={styles.figure}
        data-layout={layout}
        data-size={size}
        {...(focusable ? { tabIndex: 0 } : {})}
      >
        <span className={styles.label}>{label ?? definition.shortName}</span>
        <span className={styles.value} data-kind={kind}>
          {kind === 'estimated' && <span className={styles.about}>about </span>}
          {value}
          {secondary !== undefined && <span className={styles.secondary}> {secondary}</span>}
        </span>
      </span>
    </Tooltip>
  );
}
