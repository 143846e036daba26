import { memo, useState } from 'react';
import { useStore } from 'zustand';
import { type MessageStore, messageText } from '../state/message-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './turn.module.css';

/** A pasted document is shown by its beginning: the answer to it is what matters. */
const longLength = 1500;
const longLines = 20;

export interface UserTurnProps {
  readonly store: MessageStore;
  /** Its place in the conversation, from 1. */
  readonly number: number;
}

export const UserTurn = memo(function UserTurn({ store, number }: UserTurnProps) {
  const text = useStore(store, messageText);
  const isLong = text.length > longLength || text.split('\n').length > longLines;
  const [clipped, setClipped] = useState(isLong);
  return (
    <article className={styles.turn} data-role="user" aria-label={`Message ${number}, from you`}>
      <div className={styles.bubble}>
        <p data-clipped={clipped || undefined}>{text}</p>
        {isLong && (
          <Button variant="quiet" size="small" onClick={() => setClipped(!clipped)}>
            {clipped ? 'Show all of it' : 'Show less'}
          </Button>
        )}
      </div>
      <div className={styles.actions}>
        <CopyButton label="Copy message" iconOnly text={() => text} />
      </div>
    </article>
  );
});
