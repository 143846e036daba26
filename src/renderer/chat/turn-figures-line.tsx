import { type MetricDefinition, metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { Figure } from '../ui/figure.tsx';
import styles from './turn-figures-line.module.css';

export interface TurnFiguresLineProps {
  readonly figures: TurnFigures;
  /** Whether each figure is a stop of the Tab key; only the latest answer's are. */
  readonly focusable: boolean;
}

/** The one quiet line under an answer. */
export function TurnFiguresLine({ figures, focusable }: TurnFiguresLineProps) {
  const { ttft, prefilledTokens, reusedTokens, prefillSpeed, decodeSpeed, generatedTokens } =
    metricDefinitions;
  const figure = (definition: MetricDefinition, value: string) => (
    <Figure layout="inline" definition={definition} value={value} focusable={focusable} />
  );
  return (
    <ul className={styles.line} aria-label="Figures of this turn">
      <li>{figure(ttft, formatDuration(figures.ttftMs))}</li>
      <li>
        {/* Their sum is the prompt; the unit stands once, behind both. */}
        {figure(prefilledTokens, formatTokens(figures.prefilledTokens))}
        <span className={styles.plus}>+</span>
        {figure(reusedTokens, `${formatTokens(figures.reusedTokens)} tokens`)}
      </li>
      <li>{figure(prefillSpeed, formatRate(figures.prefillTokensPerSecond))}</li>
      <li>{figure(decodeSpeed, formatRate(figures.decodeTokensPerSecond))}</li>
      <li>{figure(generatedTokens, `${formatTokens(figures.generatedTokens)} tokens`)}</li>
    </ul>
  );
}
