import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useApp, useFit, usePage } from '../state/page-context.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { FitAdviceView } from './fit-advice-view.tsx';
import { FitChart } from './fit-chart.tsx';
import { questionOf } from './fit-choice.ts';
import { FitControls } from './fit-controls.tsx';
import { FitMatrix } from './fit-matrix.tsx';
import styles from './fit-page.module.css';
import { FitSelection } from './fit-selection.tsx';
import { LayerTable } from './layer-table.tsx';
import { LoadHistory } from './load-history.tsx';
import { WorkedExample } from './worked-example.tsx';

/** How long a context fits, with which cache, and what it takes: before anything is loaded. */
export function FitPage() {
  useQuestion();
  const hasAnswer = useFit(({ table }) => table.rows.size > 0 && table.basis !== null);
  const error = useFit(({ table }) => table.error);
  return (
    <div className={styles.page}>
      <aside className={styles.controls} aria-label="What to plan for">
        <h1 className={styles.title}>How much context fits</h1>
        <FitControls />
      </aside>
      <div className={styles.results}>
        {error !== null && <ErrorCallout error={error} />}
        {hasAnswer && (
          <>
            <FitAdviceView />
            <FitMatrix />
            <FitSelection />
            <FitChart />
          </>
        )}
        <WorkedExample />
        <LayerTable />
        <LoadHistory />
      </div>
    </div>
  );
}

/** Asks again whenever the choice changes, and whenever a load has changed the memory that is free. */
function useQuestion(): void {
  const { fit, connection } = usePage();
  const model = useApp(state => state.model);
  const connected = useStore(connection.status, ({ phase }) => phase === 'open');
  const question = useFit(({ choice }) => JSON.stringify(questionOf(choice)));
  const loadedPath = model?.phase === 'loaded' ? model.report.planned.model.path : null;
  const settled = model?.phase === 'loaded' || model?.phase === 'none';

  useEffect(() => {
    if (loadedPath !== null) fit.suggest({ kind: 'file', path: loadedPath });
  }, [fit, loadedPath]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of either asks again
  useEffect(() => {
    if (connected && settled) fit.ask();
  }, [fit, connected, settled, question, model]);
}
