import { metricDefinitions } from '#shared/metrics/definitions.ts';
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
  const entries = [
    { definition: metricDefinitions.ttft, value: formatDuration(figures.ttftMs) },
    {
      definition: metricDefinitions.prefilledTokens,
      value: `${formatTokens(figures.prefilledTokens)} tokens`,
    },
    {
      definition: metricDefinitions.reusedTokens,
      value: `${formatTokens(figures.reusedTokens)} tokens`,
    },
    {
      definition: metricDefinitions.prefillSpeed,
      value: formatRate(figures.prefillTokensPerSecond),
    },
    { definition: metricDefinitions.decodeSpeed, value: formatRate(figures.decodeTokensPerSecond) },
    {
      definition: metricDefinitions.generatedTokens,
      value: `${formatTokens(figures.generatedTokens)} tokens`,
    },
  ];
  return (
    <ul className={styles.line} aria-label="Figures of this turn">
      {entries.map(({ definition, value }) => (
        <li key={definition.name}>
          <Figure layout="inline" definition={definition} value={value} focusable={focusable} />
        </li>
      ))}
    </ul>
  );
}
