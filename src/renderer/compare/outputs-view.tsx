import { firstDivergence } from '#shared/compare/first-divergence.ts';
import type { OutputsResult } from '#shared/compare/outputs.ts';
import { formatTokens } from '#shared/metrics/format.ts';
import { LegendMark } from '../ui/legend-mark.tsx';
import sectionStyles from '../ui/section.module.css';
import styles from './outputs-view.module.css';
import resultStyles from './result-view.module.css';
import { seriesColour } from './series-colour.ts';

export interface OutputsViewProps {
  readonly outputs: OutputsResult;
  readonly names: readonly string[];
}

/** The answers beside each other, each with the first token marked that is not that of the first one. */
export function OutputsView({ outputs, names }: OutputsViewProps) {
  const first = outputs.configurations.find(each => each.outcome === 'measured');
  if (first?.outcome !== 'measured') return null;
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-outputs">
      <h3 id="compare-outputs" className={sectionStyles.title}>
        Answers, always the likeliest token
      </h3>
      <p className={styles.prompt}>{outputs.test.prompt}</p>
      <div className={styles.columns}>
        {outputs.configurations.map((each, index) =>
          each.outcome === 'failed' ? null : (
            <Answer
              key={names[index]}
              name={names[index] ?? ''}
              colour={seriesColour(index)}
              tokens={each.tokens}
              ended={each.ended}
              divergence={each === first ? null : firstDivergence(first.tokens, each.tokens)}
              isFirst={each === first}
            />
          ),
        )}
      </div>
    </section>
  );
}

interface AnswerProps {
  readonly name: string;
  readonly colour: string;
  readonly tokens: readonly string[];
  readonly ended: boolean;
  /** Token index; null where there is none. */
  readonly divergence: number | null;
  readonly isFirst: boolean;
}

function Answer({ name, colour, tokens, ended, divergence, isFirst }: AnswerProps) {
  const at = divergence ?? tokens.length;
  return (
    <article className={styles.answer} aria-label={`The answer of ${name}`}>
      <h4 className={resultStyles.rowName}>
        <LegendMark kind="block" colour={colour} />
        {name}
      </h4>
      <p className={styles.note}>{divergenceText(divergence, tokens.length, isFirst)}</p>
      <p className={styles.text}>
        <span data-same={!isFirst || undefined}>{tokens.slice(0, at).join('')}</span>
        {divergence !== null && <mark>{tokens[at] ?? '(ends here)'}</mark>}
        {tokens.slice(at + 1).join('')}
        {!ended && <span className={styles.cut}> … (cut off)</span>}
      </p>
    </article>
  );
}

function divergenceText(divergence: number | null, count: number, isFirst: boolean): string {
  if (isFirst) return 'The others are told against this one.';
  if (divergence === null) return `The very same ${formatTokens(count)} tokens.`;
  return divergence === 0
    ? 'Another one from the first token on.'
    : `The same for ${formatTokens(divergence)} tokens, then another one.`;
}
