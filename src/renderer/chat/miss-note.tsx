import { History } from 'lucide-react';
import { describeDifference, describeMiss } from '#shared/chat/miss-text.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import styles from './turn.module.css';

/** Why earlier messages were read again in this turn; nothing where they were not. */
export function MissNote({ figures: { miss } }: { readonly figures: TurnFigures }) {
  if (miss === null) return null;
  const difference = describeDifference(miss);
  return (
    <div className={styles.note} data-reason="miss">
      <History aria-hidden="true" />
      <p>
        {describeMiss(miss)}
        {difference !== null && <> {difference}</>}
      </p>
    </div>
  );
}
