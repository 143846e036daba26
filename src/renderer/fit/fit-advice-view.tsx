import { Lightbulb, TriangleAlert } from 'lucide-react';
import { formatTokens } from '#shared/metrics/format.ts';
import { useFit, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import styles from './fit-advice-view.module.css';
import { adviceFor } from './fit-selected.ts';
import { LoadWith } from './load-with.tsx';

/** What to load with, in a sentence, and the button that does it. */
export function FitAdviceView() {
  const { fit } = usePage();
  const text = useFit(state => adviceFor(state)?.text ?? '');
  const nothing = useFit(state => adviceFor(state)?.pair === null);
  const pending = useFit(({ table }) => table.pending);
  const overridden = useFit(({ choice }) => choice.types !== null);
  const isFile = useFit(({ choice }) => choice.model.kind === 'file');
  const context = useFit(state => adviceFor(state)?.contextLength ?? 0);
  return (
    <section className={styles.advice} aria-label="Advice" data-nothing={nothing || undefined}>
      {nothing ? <TriangleAlert aria-hidden="true" /> : <Lightbulb aria-hidden="true" />}
      <div className={styles.content}>
        <p className={styles.text} aria-live="polite" data-pending={pending || undefined}>
          {text}
        </p>
        {!nothing && (isFile || overridden) && (
          <div className={styles.actions}>
            <LoadWith
              label={`Load with ${formatTokens(context)} tokens`}
              advised
              contextLength={context}
            />
            {overridden && (
              <Button size="small" variant="quiet" onClick={() => fit.change({ types: null })}>
                Show the advised cache
              </Button>
            )}
          </div>
        )}
      </div>
    </section>
  );
}
