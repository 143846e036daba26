import { ChevronRight } from 'lucide-react';
import { useStore } from 'zustand';
import type { MessageStore } from '../state/message-store.ts';
import { Markdown } from './markdown.tsx';
import styles from './reasoning.module.css';

export interface ReasoningProps {
  readonly store: MessageStore;
  readonly running: boolean;
}

/** What the model thought before it answered: closed until somebody wants to read it. */
export function Reasoning({ store, running }: ReasoningProps) {
  const present = useStore(
    store,
    state => state.reasoning.blocks.length > 0 || state.reasoning.tail !== '',
  );
  const answering = useStore(
    store,
    state => state.answer.blocks.length > 0 || state.answer.tail !== '',
  );
  if (!present) return null;
  return (
    <details className={styles.reasoning}>
      <summary className={styles.summary}>
        <ChevronRight className={styles.chevron} aria-hidden="true" />
        {running && !answering ? 'Thinking…' : 'Reasoning'}
      </summary>
      <div className={styles.text}>
        <Markdown store={store} segment="reasoning" />
      </div>
    </details>
  );
}
