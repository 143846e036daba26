import { Scissors } from 'lucide-react';
import { describeOverflow } from '#shared/chat/overflow-text.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import styles from './turn.module.css';

/** Where room was made for this answer: what the model does not see any more from here on. */
export function OverflowNote({ figures: { overflow } }: { readonly figures: TurnFigures }) {
  const text = overflow === null ? null : describeOverflow(overflow);
  if (text === null) return null;
  return (
    <p className={styles.note} data-reason="overflow">
      <Scissors aria-hidden="true" />
      {text}
    </p>
  );
}
