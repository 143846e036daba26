import { Play } from 'lucide-react';
import { useDescribedModel } from '../model-setup/described-model.ts';
import { ModelFile } from '../model-setup/model-file.tsx';
import { useCompare, usePage } from '../state/page-context.tsx';
import { TuneControls } from '../tune/tune-controls.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { whyNot } from './compare-choice.ts';
import styles from './compare-controls.module.css';
import { ConfigurationList } from './configuration-list.tsx';
import { SavedRuns } from './saved-runs.tsx';
import { StartButton } from './start-button.tsx';
import { TestFields } from './test-fields.tsx';

/** A new run, one of those that were kept, or the search for faster settings. */
export function CompareControls() {
  const { compare } = usePage();
  const pane = useCompare(state => state.pane);
  const count = useCompare(({ saved }) => saved?.length ?? 0);
  return (
    <div className={styles.controls}>
      <Segmented
        label="What to do"
        value={pane}
        onValueChange={next => compare.show(next)}
        options={[
          { value: 'new', label: 'Compare' },
          { value: 'tune', label: 'Tune' },
          { value: 'saved', label: count === 0 ? 'Saved runs' : `Saved runs (${count})` },
        ]}
      />
      {pane === 'new' && <NewRun />}
      {pane === 'tune' && <TuneControls />}
      {pane === 'saved' && <SavedRuns />}
    </div>
  );
}

function NewRun() {
  const { compare } = usePage();
  const path = useCompare(({ choice }) => choice.path);
  const reason = useCompare(({ choice }) => whyNot(choice));
  const running = useCompare(state => state.running !== null);
  const model = useDescribedModel(path);
  return (
    <>
      <ModelFile path={path} model={model} choosePath={next => compare.change({ path: next })} />
      <ConfigurationList model={model.value} />
      <TestFields model={model.value} />
      <StartButton
        label="Measure"
        icon={<Play />}
        running={running}
        reason={reason}
        unreadable={model.error !== null && model.key === path}
        onStart={() => compare.start()}
      />
    </>
  );
}
