import { Play, WandSparkles } from 'lucide-react';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { startOptions } from '../model-setup/load-choices.ts';
import { ModelFile } from '../model-setup/model-file.tsx';
import type { Answer } from '../state/latest-answer.ts';
import { useCompare, usePage, useTune } from '../state/page-context.tsx';
import { TuneControls } from '../tune/tune-controls.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { noModel, whyNot } from './compare-choice.ts';
import styles from './compare-controls.module.css';
import { ConfigurationList } from './configuration-list.tsx';
import { SavedRuns } from './saved-runs.tsx';
import { StartButton } from './start-button.tsx';
import { TestFields } from './test-fields.tsx';

export interface ComparePartProps {
  /** What the header of the chosen file says. */
  readonly model: Answer<ModelDescription>;
}

/** A new run, one of those that were kept, or the search for faster settings. */
export function CompareControls({ model }: ComparePartProps) {
  const { compare } = usePage();
  const pane = useCompare(state => state.pane);
  const path = useCompare(({ choice }) => choice.path);
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
      {pane !== 'saved' && (
        <ModelFile path={path} model={model} choosePath={next => compare.change({ path: next })} />
      )}
      {pane === 'new' && (
        <>
          <ConfigurationList model={model.value} />
          <TestFields model={model.value} />
        </>
      )}
      {pane === 'tune' && <TuneControls />}
      {pane === 'saved' && <SavedRuns />}
    </div>
  );
}

/** What begins the measurement that is set up. */
export function CompareStart({ model }: ComparePartProps) {
  const { app, compare, tune } = usePage();
  const pane = useCompare(state => state.pane);
  const path = useCompare(({ choice }) => choice.path);
  const reason = useCompare(({ choice }) => whyNot(choice));
  const running = useCompare(state => state.running !== null);
  const tuning = useTune(state => state.running !== null);
  const unreadable = model.error !== null && model.key === path;
  return pane === 'tune' ? (
    <StartButton
      label="Find faster settings"
      icon={<WandSparkles />}
      running={tuning}
      reason={path === '' ? noModel : null}
      unreadable={unreadable}
      onStart={() => tune.start(path, startOptions(app.getState(), path))}
    />
  ) : (
    <StartButton
      label="Measure"
      icon={<Play />}
      running={running}
      reason={reason}
      unreadable={unreadable}
      onStart={() => compare.start()}
    />
  );
}
