import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useShortcutText } from '../app/use-shortcuts.ts';
import { MoveCost } from '../chat/move-cost.tsx';
import { sendDraft, stopAnswer } from '../chat/turn-actions.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { GrowingTextArea } from '../ui/growing-text-area.tsx';
import { BuiltInNote } from './built-in-note.tsx';
import { ChatSettings } from './chat-settings.tsx';
import styles from './composer.module.css';
import { composerId, focusComposer } from './composer-focus.ts';
import { Notices } from './notices.tsx';
import { useObstacle } from './obstacle.ts';

export function Composer() {
  const page = usePage();
  const { drafts, view } = page;
  const conversationId = useChat(state => state.conversationId);
  const running = useChat(state => state.running !== null);
  const text = useStore(drafts.store, () => drafts.read(conversationId));
  const obstacle = useObstacle();
  const [sending, setSending] = useState(false);
  const canSend = obstacle === null && !running && !sending && text.trim() !== '';

  useEffect(focusComposer, []);

  const send = () => {
    if (!canSend) return;
    setSending(true);
    // The button that was pressed gives way to another one; the next thing to do is to write.
    focusComposer();
    view.setState({ notice: null });
    sendDraft(page)
      .catch(noteFailure(view))
      .finally(() => setSending(false));
  };

  return (
    <div className={styles.place}>
      <Notices />
      <form
        className={styles.box}
        onSubmit={event => {
          event.preventDefault();
          send();
        }}
      >
        <GrowingTextArea
          id={composerId}
          aria-label="Message"
          aria-describedby="composer-hint"
          placeholder="Write a message"
          value={text}
          readOnly={sending}
          onChange={event => drafts.write(conversationId, event.currentTarget.value)}
          onEnter={send}
        />
        <div className={styles.tools}>
          <ChatSettings />
          <Hint obstacle={obstacle} running={running} />
          {running ? (
            <Button
              variant="secondary"
              icon={<Square fill="currentColor" />}
              className={styles.submit}
              onClick={() => stopAnswer(page)}
            >
              Stop
            </Button>
          ) : (
            <Button
              type="submit"
              variant="primary"
              icon={<ArrowUp />}
              busy={sending}
              disabled={!canSend}
              className={styles.submit}
            >
              Send
            </Button>
          )}
        </div>
      </form>
      <MoveCost move={text.trim() === '' ? null : { kind: 'send', text }} />
      <BuiltInNote />
    </div>
  );
}

interface HintProps {
  readonly obstacle: string | null;
  readonly running: boolean;
}

function Hint({ obstacle, running }: HintProps) {
  const shortcutText = useShortcutText();
  const keys = running
    ? `${shortcutText('stop')} stops the answer`
    : `${shortcutText('send')} sends, ${shortcutText('newline')} starts a new line`;
  return (
    <p id="composer-hint" className={styles.hint} data-obstacle={obstacle !== null || undefined}>
      {obstacle ?? keys}
    </p>
  );
}
