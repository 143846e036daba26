import { HardDriveUpload } from 'lucide-react';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { describeRestored } from '#shared/snapshot/snapshot-text.ts';
import styles from './turn.module.css';

/** Where a snapshot spared this turn the reading of what came before. */
export function RestoredNote({ figures: { restored } }: { readonly figures: TurnFigures }) {
  if (restored === null) return null;
  return (
    <p className={styles.note} data-reason="restored">
      <HardDriveUpload aria-hidden="true" />
      {describeRestored(restored, Date.now())}
    </p>
  );
}
