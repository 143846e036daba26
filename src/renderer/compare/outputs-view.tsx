import { firstDivergence } from '#shared/compare/first-divergence.ts';
import type { OutputsResult } from '#shared/compare/outputs.ts';
import { formatTokenCount } from '#shared/metrics/format.ts';
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
  const [first] = outputs.configurations;
  const reference = first?.outcome === 'measured' ? first : null;
  if (outputs.configurations.every(({ outcome }) => outcome === 'failed')) return null;
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
              reference={reference === each ? null : (reference?.tokens ?? null)}
              isReference={reference === each}
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
  /** Of the first configuration; null where it wrote nothing, and for itself. */
  readonly reference: readonly string[] | null;
  readonly isReference: boolean;
}

function Answer({ name, colour, tokens, ended, reference, isReference }: AnswerProps) {
  const divergence = reference === null ? null : firstDivergence(reference, tokens);
  const at = divergence ?? tokens.length;
  return (
    <article className={styles.answer} aria-label={`The answer of ${name}`}>
      <h4 className={resultStyles.rowName}>
        <LegendMark kind="block" colour={colour} />
        {name}
      </h4>
      <p className={styles.note}>
        {isReference && 'The others are told against this one.'}
        {reference !== null && divergenceText(divergence, tokens.length)}
      </p>
      <p className={styles.text}>
        <span data-same={reference !== null || undefined}>{tokens.slice(0, at).join('')}</span>
        {divergence !== null && <mark>{tokens[at] ?? '(ends here)'}</mark>}
        {tokens.slice(at + 1).join('')}
        {!ended && <span className={styles.cut}> … (cut off)</span>}
      </p>
    </article>
  );
}

function divergenceText(divergence: number | null, count: number): string {
  if (divergence === null) return `The very same ${formatTokenCount(count)}.`;
  return divergence === 0
    ? 'Another one from the first token on.'
    : `The same for ${formatTokenCount(divergence)}, then another one.`;
}
