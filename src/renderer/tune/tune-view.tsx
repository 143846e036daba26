import { useTune } from '../state/page-context.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import sectionStyles from '../ui/section.module.css';
import { TuneProgressView } from './tune-progress-view.tsx';
import { TuneResultView } from './tune-result-view.tsx';

/** The search, and what it found. */
export function TuneView() {
  const running = useTune(state => state.running);
  const result = useTune(state => state.result);
  const error = useTune(state => state.error);
  return (
    <>
      {error !== null && <ErrorCallout error={error} />}
      {running !== null && <TuneProgressView running={running} />}
      {result !== null && running === null && <TuneResultView result={result} />}
      {result === null && running === null && error === null && <EmptyTune />}
    </>
  );
}

function EmptyTune() {
  return (
    <section className={sectionStyles.section} aria-labelledby="tune-empty-title">
      <h2 id="tune-empty-title" className={sectionStyles.title}>
        Faster settings for this model on this machine
      </h2>
      <p>
        Tries threads, flash attention, batches, cache types and tokens guessed from the prompt,
        each measured in turns with the best so far, for a turn such as yours. Whatever comes out is
        measured against what you have once more: it is never slower by that measurement, and keeps
        the limits that you set at the left.
      </p>
    </section>
  );
}
