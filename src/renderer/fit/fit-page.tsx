import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useApp, useFit, usePage } from '../state/page-context.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { TwoPanes } from '../ui/two-panes.tsx';
import { FitAdviceView } from './fit-advice-view.tsx';
import { FitChart } from './fit-chart.tsx';
import { questionOf } from './fit-choice.ts';
import { FitControls } from './fit-controls.tsx';
import { FitMatrix } from './fit-matrix.tsx';
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
    <TwoPanes
      title="How much context fits"
      controlsLabel="What to plan for"
      controls={<FitControls />}
    >
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
    </TwoPanes>
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
