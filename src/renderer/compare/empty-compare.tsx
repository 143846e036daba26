import { comparisonParts } from '#shared/compare/progress.ts';
import styles from '../ui/section.module.css';
import ownStyles from './empty-compare.module.css';
import { partTexts } from './part-texts.ts';

/** What this page answers, while there is nothing to show. */
export function EmptyCompare() {
  return (
    <section className={ownStyles.empty} aria-labelledby="compare-empty-title">
      <h2 id="compare-empty-title" className={ownStyles.title}>
        Does a quantized cache hurt? Is it faster?
      </h2>
      <p>
        Measured here, with your model, on your machine: every configuration in turns, so that a
        machine that slows down does so for all of them. What is said of the figures follows from
        these alone.
      </p>
      <dl className={ownStyles.parts}>
        {comparisonParts.map(part => (
          <div key={part}>
            <dt>{partTexts[part].name}</dt>
            <dd>{partTexts[part].question}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.note}>
        Choose the configurations at the left, then press Measure. Runs are kept, and can be opened,
        named and held against each other later.
      </p>
    </section>
  );
}
