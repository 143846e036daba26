import { useState } from 'react';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { loadStages } from '#shared/model/load.ts';
import { describeLoadProgress } from '../app/model-facts.ts';
import { useApp, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import styles from './load-progress-view.module.css';

/** How far the load is, and its way out. */
export function LoadProgressView({ onFailure }: { onFailure(error: AppErrorData): void }) {
  const { connection } = usePage();
  const model = useApp(state => state.model);
  const [cancelling, setCancelling] = useState(false);
  if (model?.phase !== 'loading') {
    return <p className={styles.stage}>Unloading the model; its memory is being given back.</p>;
  }
  const { progress } = model;
  const step = loadStages.indexOf(progress.stage) + 1;
  const words = cancelling ? 'Cancelling' : describeLoadProgress(progress);
  const cancel = () => {
    setCancelling(true);
    connection.call('model.cancelLoad', {}).catch(thrown => {
      setCancelling(false);
      onFailure(toErrorData(thrown));
    });
  };
  return (
    <div className={styles.progress}>
      <div className={styles.words}>
        <p className={styles.stage} role="status">
          {words}
        </p>
        <p className={styles.step}>
          Step {step} of {loadStages.length}
        </p>
        <ProgressBar label="Loading the model" value={progress.fraction} valueText={words} />
      </div>
      <Button busy={cancelling} onClick={cancel}>
        Cancel
      </Button>
    </div>
  );
}
