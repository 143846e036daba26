import { useState } from 'react';
import type { Configuration } from '#shared/compare/configuration.ts';
import type { FidelityResult } from '#shared/compare/fidelity.ts';
import { formatDivergence, namedFidelities } from '#shared/compare/fidelity-text.ts';
import { worstSpots } from '#shared/compare/worst-spots.ts';
import { formatTokens } from '#shared/metrics/format.ts';
import sectionStyles from '../ui/section.module.css';
import { Segmented } from '../ui/segmented.tsx';
import { BarChart } from './bar-chart.tsx';
import styles from './fidelity-view.module.css';
import resultStyles from './result-view.module.css';
import { seriesColour } from './series-colour.ts';

export interface FidelityViewProps {
  readonly configurations: readonly Configuration[];
  readonly fidelity: FidelityResult;
  readonly names: readonly string[];
}

/** How far each cache is from f16, and the places where that shows most. */
export function FidelityView({ configurations, fidelity, names }: FidelityViewProps) {
  const measured = namedFidelities({ configurations: [...configurations], fidelity });
  const [chosen, setChosen] = useState<string | null>(null);
  const least = measured.toSorted((a, b) => b.klDivergence.mean - a.klDivergence.mean)[0];
  const shown = measured.find(({ name }) => name === chosen) ?? least;
  const { text, baseline, noise } = fidelity;
  const bars = [
    ...(noise.outcome === 'measured'
      ? [{ name: 'f16 against itself', colour: 'chart-axis', value: noise.klDivergence.mean }]
      : []),
    ...measured.map(({ name, index, klDivergence }) => ({
      name,
      colour: seriesColour(index),
      value: klDivergence.mean,
    })),
  ];
  return (
    <>
      <BarChart
        title={`Divergence from f16, mean over ${formatTokens(text.expected.length)} places, nats/token`}
        valueName="KL divergence"
        bars={bars}
        valueText={formatDivergence}
      />
      {shown !== undefined && (
        <section className={sectionStyles.section} aria-labelledby="compare-spots">
          <div className={resultStyles.sectionHead}>
            <h3 id="compare-spots" className={sectionStyles.title}>
              Where {shown.name} differs most from f16
            </h3>
            {measured.length > 1 && (
              <Segmented
                label="Configuration"
                value={shown.name}
                onValueChange={setChosen}
                options={measured.map(({ name }) => ({ value: name, label: name }))}
              />
            )}
          </div>
          <Spots
            spots={worstSpots(text.expected, baseline.reading, shown.reading, shownSpots)}
            name={names[shown.index] ?? ''}
          />
        </section>
      )}
    </>
  );
}

const shownSpots = 6;

interface SpotsProps {
  readonly spots: ReturnType<typeof worstSpots>;
  readonly name: string;
}

function Spots({ spots, name }: SpotsProps) {
  if (spots.length === 0) {
    return <p className={sectionStyles.note}>Nowhere: it expects the very same everywhere.</p>;
  }
  return (
    <ol className={styles.spots}>
      {spots.map(({ position, before, expected, baselineSays, candidateSays, divergence }) => (
        <li key={position} className={styles.spot}>
          <p className={styles.context}>
            <span className={styles.before}>…{before}</span>
            <mark className={styles.expected}>{shownToken(expected)}</mark>
          </p>
          <p className={styles.says}>
            {baselineSays === candidateSays ? (
              <>Both expect {shownToken(baselineSays)}, with another certainty</>
            ) : (
              <>
                f16 expects <b>{shownToken(baselineSays)}</b>, {name}{' '}
                <b>{shownToken(candidateSays)}</b>
              </>
            )}
            <span className={styles.divergence}>{formatDivergence(divergence)} nats</span>
          </p>
        </li>
      ))}
    </ol>
  );
}

/** What cannot be seen is named. */
function shownToken(text: string): string {
  return text === '' ? '(no text)' : text.replaceAll('\n', '↵');
}
