import { Composer } from '../composer/composer.tsx';
import { useChat, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import styles from './chat-pane.module.css';
import { EmptyChat } from './empty-chat.tsx';
import { Transcript } from './transcript.tsx';

export function ChatPane() {
  const { chat } = usePage();
  const conversationId = useChat(state => state.conversationId);
  const isEmpty = useChat(state => state.messages.length === 0);
  const isLoading = useChat(
    state => state.conversationId !== null && state.conversation === null && state.error === null,
  );
  const error = useChat(state => state.error);
  return (
    <div className={styles.pane}>
      {error !== null ? (
        <div className={styles.note}>
          <ErrorCallout
            error={error}
            actions={
              <Button size="small" onClick={() => chat.open(null)}>
                Start another chat
              </Button>
            }
          />
        </div>
      ) : isLoading ? (
        <div className={styles.waiting} />
      ) : isEmpty ? (
        <EmptyChat />
      ) : (
        <Transcript key={conversationId} />
      )}
      <Composer />
    </div>
  );
}
