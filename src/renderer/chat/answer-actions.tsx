import { RefreshCw, StepForward } from 'lucide-react';
import { useStore } from 'zustand';
import { endedEarly } from '#shared/chat/continuable.ts';
import { type MessageStore, messageText } from '../state/message-store.ts';
import { useApp, useChat } from '../state/page-context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { BranchSwitcher } from './branch-switcher.tsx';
import { MoveButton } from './move-button.tsx';
import styles from './turn.module.css';
import { useMove } from './use-move.ts';

export interface AnswerActionsProps {
  readonly store: MessageStore;
  /** Whether it is the conversation's latest. */
  readonly last: boolean;
}

/** What can be done with an answer that has ended. */
export function AnswerActions({ store, last }: AnswerActionsProps) {
  const message = useStore(store, state => state.message);
  const running = useChat(state => state.running !== null);
  const hasModel = useApp(
    state => state.model?.phase === 'loaded' && state.engine?.phase !== 'crashed',
  );
  const { busy, make } = useMove();
  const canAsk = hasModel && !running && !busy;
  return (
    <div className={styles.tools}>
      <div className={styles.actions}>
        <CopyButton label="Copy answer" iconOnly text={() => messageText(store.getState())} />
        <MoveButton
          label="Regenerate answer"
          icon={<RefreshCw />}
          move={{ kind: 'regenerate', messageId: message.id }}
          disabled={!canAsk}
          onClick={() => make('chat.regenerate', message)}
        />
        {last && endedEarly(message) && (
          <MoveButton
            label="Continue answer"
            icon={<StepForward />}
            move={{ kind: 'continue', messageId: message.id }}
            disabled={!canAsk}
            onClick={() => make('chat.continue', message)}
          />
        )}
      </div>
      <BranchSwitcher message={message} />
    </div>
  );
}
