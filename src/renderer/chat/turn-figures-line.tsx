import { type MetricDefinition, metricDefinitions } from '#shared/metrics/definitions.ts';
import {
  formatDuration,
  formatRate,
  formatTokenCount,
  formatTokens,
  notMeasured,
} from '#shared/metrics/format.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { Figure } from '../ui/figure.tsx';
import styles from './turn-figures-line.module.css';

export interface TurnFiguresLineProps {
  readonly figures: TurnFigures;
  /** Whether each figure is a stop of the Tab key; only the latest answer's are. */
  readonly focusable: boolean;
}

const rateUnit = / tokens\/s$/;
/** In the place of a speed that was held back on purpose. */
const paced = 'paced';

/** The one quiet line under an answer. */
export function TurnFiguresLine({ figures, focusable }: TurnFiguresLineProps) {
  const { ttft, prefilledTokens, reusedTokens, prefillSpeed, decodeSpeed, generatedTokens } =
    metricDefinitions;
  const prefill = formatRate(figures.prefillTokensPerSecond);
  const decode = figures.paced ? paced : formatRate(figures.decodeTokensPerSecond);
  const figure = (definition: MetricDefinition, value: string) => (
    <Figure layout="inline" definition={definition} value={value} focusable={focusable} />
  );
  return (
    <ul className={styles.line} aria-label="Figures of this turn">
      <li>{figure(ttft, formatDuration(figures.ttftMs))}</li>
      <li>
        {/* Prompt and answer sum up; the unit stands once, behind all of them. */}
        {figure(prefilledTokens, formatTokens(figures.prefilledTokens))}
        <span className={styles.plus}>+</span>
        {figure(reusedTokens, formatTokens(figures.reusedTokens))}
        <span className={styles.plus}>+</span>
        {figure(generatedTokens, formatTokenCount(figures.generatedTokens))}
      </li>
      <li>
        {/* As above, so that the line fits beside an open Monitor. */}
        {figure(
          prefillSpeed,
          decode === notMeasured || decode === paced ? prefill : prefill.replace(rateUnit, ''),
        )}
        <span className={styles.plus}>·</span>
        {figure(decodeSpeed, decode)}
      </li>
    </ul>
  );
}
