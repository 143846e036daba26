import { useEffect } from 'react';
import { useDescribedModel } from '../model-setup/described-model.ts';
import { firstPath } from '../model-setup/load-choices.ts';
import { useApp, useCompare, usePage } from '../state/page-context.tsx';
import { TuneView } from '../tune/tune-view.tsx';
import { Announcement } from '../ui/announcement.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { TwoPanes } from '../ui/two-panes.tsx';
import { CompareControls, CompareStart } from './compare-controls.tsx';
import { EmptyCompare } from './empty-compare.tsx';
import { ResultView } from './result-view.tsx';
import { runName } from './run-name.ts';
import { RunProgress } from './run-progress.tsx';

/** Configurations of one model against each other, measured on this machine. */
export function ComparePage() {
  const { compare } = usePage();
  const path = useApp(({ model, settings, info }) => firstPath(model, settings, info));
  const pane = useCompare(state => state.pane);
  const model = useDescribedModel(useCompare(({ choice }) => choice.path));
  useEffect(() => compare.suggest(path), [compare, path]);
  return (
    <TwoPanes
      title="What a cache costs"
      controlsLabel="What to compare"
      controls={<CompareControls model={model} />}
      footer={pane === 'saved' ? null : <CompareStart model={model} />}
    >
      {pane === 'tune' ? <TuneView /> : <Runs />}
    </TwoPanes>
  );
}

function Runs() {
  const running = useCompare(state => state.running);
  const shown = useCompare(state => state.shown);
  const second = useCompare(state => state.second);
  const error = useCompare(state => state.error);
  return (
    <>
      <Announcement
        text={running === null && shown !== null ? `${runName(shown)}: the figures are there.` : ''}
      />
      {error !== null && <ErrorCallout error={error} />}
      {running !== null && <RunProgress running={running} />}
      {shown !== null && <ResultView shown={shown} second={second} />}
      {shown === null && running === null && <EmptyCompare />}
    </>
  );
}
