import { memo } from 'react';
import { useStore } from 'zustand';
import { type MessageStore, messageText } from '../state/message-store.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './turn.module.css';

export interface UserTurnProps {
  readonly store: MessageStore;
  /** Its place in the conversation, from 1. */
  readonly number: number;
}

export const UserTurn = memo(function UserTurn({ store, number }: UserTurnProps) {
  const text = useStore(store, messageText);
  return (
    <article className={styles.turn} data-role="user" aria-label={`Message ${number}, from you`}>
      <p className={styles.bubble}>{text}</p>
      <div className={styles.actions}>
        <CopyButton label="Copy message" iconOnly text={() => text} />
      </div>
    </article>
  );
});
