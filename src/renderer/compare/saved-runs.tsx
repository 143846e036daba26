import { Columns2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { SavedComparison } from '#shared/compare/saved-comparison.ts';
import { useCompare, usePage } from '../state/page-context.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import sectionStyles from '../ui/section.module.css';
import { DeleteRunDialog } from './delete-run-dialog.tsx';
import { partTexts } from './part-texts.ts';
import { dateText } from './run-date.ts';
import styles from './saved-runs.module.css';

/** Every run that was kept, newest first. */
export function SavedRuns() {
  const { compare } = usePage();
  const saved = useCompare(state => state.saved);
  const shownId = useCompare(({ shown }) => shown?.saved?.id ?? null);
  const secondId = useCompare(({ second }) => second?.saved?.id ?? null);
  const [deleting, setDeleting] = useState<SavedComparison | null>(null);
  if (saved === null) return null;
  if (saved.length === 0) {
    return <p className={sectionStyles.note}>Finished runs are kept here.</p>;
  }
  return (
    <>
      <ul className={styles.list} aria-label="Saved runs">
        {saved.map(run => (
          <li key={run.id} className={styles.row} data-current={run.id === shownId || undefined}>
            <button
              type="button"
              className={styles.open}
              aria-current={run.id === shownId ? 'true' : undefined}
              onClick={() => compare.open(run.id)}
            >
              <span className={styles.name}>{run.name}</span>
              <span className={styles.facts}>
                {dateText(run.startedAt)} · {run.parts.map(part => partTexts[part].name).join(', ')}
              </span>
            </button>
            {shownId !== null && run.id !== shownId && (
              <IconButton
                label={`Hold ${run.name} against the shown run`}
                icon={<Columns2 />}
                size="small"
                pressed={run.id === secondId}
                onClick={() => compare.openBeside(run.id === secondId ? null : run.id)}
              />
            )}
            <IconButton
              label={`Delete ${run.name}`}
              icon={<Trash2 />}
              size="small"
              onClick={() => setDeleting(run)}
            />
          </li>
        ))}
      </ul>
      {deleting !== null && <DeleteRunDialog run={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}
