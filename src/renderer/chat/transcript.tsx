import { ArrowDown } from 'lucide-react';
import { useChat } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { AnswerTurn } from './answer-turn.tsx';
import { StallAnnouncement } from './stall-announcement.tsx';
import { useStickToBottom } from './stick-to-bottom.ts';
import styles from './transcript.module.css';
import { UserTurn } from './user-turn.tsx';

export function Transcript() {
  const messages = useChat(state => state.messages);
  const running = useChat(state => state.running?.messageId ?? null);
  const { scroller, content, atBottom, jump } = useStickToBottom(
    messages.at(-1)?.getState().message.id,
    running,
  );
  return (
    <div className={styles.frame}>
      <div ref={scroller} className={styles.scroller} data-sticks={atBottom}>
        <div ref={content} className={styles.content}>
          {messages.map((store, index) => {
            const { id, role } = store.getState().message;
            return role === 'user' ? (
              <UserTurn key={id} store={store} number={index + 1} />
            ) : (
              <AnswerTurn
                key={id}
                store={store}
                number={index + 1}
                last={index === messages.length - 1}
              />
            );
          })}
        </div>
      </div>
      {!atBottom && (
        <div className={styles.jump}>
          <Button size="small" icon={<ArrowDown />} onClick={jump}>
            Jump to latest
          </Button>
        </div>
      )}
      <StallAnnouncement />
    </div>
  );
}
