import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { describeLoadProgress } from '../app/model-facts.ts';
import { useShortcutText } from '../app/use-shortcuts.ts';
import { sendDraft, stopAnswer } from '../chat/turn-actions.ts';
import { useApp, useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { BuiltInNote } from './built-in-note.tsx';
import { ChatSettings } from './chat-settings.tsx';
import styles from './composer.module.css';
import { composerId, focusComposer } from './composer-focus.ts';
import { Notices } from './notices.tsx';

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
  const press = (event: KeyboardEvent) => {
    // While an input method composes, Enter takes its suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
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
        <div className={styles.grow} data-text={text}>
          <textarea
            id={composerId}
            className={styles.input}
            aria-label="Message"
            aria-describedby="composer-hint"
            placeholder="Write a message"
            rows={1}
            value={text}
            readOnly={sending}
            onChange={event => drafts.write(conversationId, event.currentTarget.value)}
            onKeyDown={press}
          />
        </div>
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

/** Why no message can be sent at the moment, in words; null when one can. */
function useObstacle(): string | null {
  const { connection } = usePage();
  const connected = useStore(connection.status, status => status.phase === 'open');
  const connecting = useStore(connection.status, status => status.phase === 'connecting');
  const model = useApp(state => state.model);
  const engine = useApp(state => state.engine);
  const broken = useChat(state => state.error !== null);
  if (connecting) return 'Connecting';
  if (!connected) return 'Not connected';
  if (broken) return 'This conversation cannot be opened';
  if (engine?.phase === 'crashed') {
    return engine.restarting
      ? 'The engine has stopped and is being started again'
      : 'The engine has stopped';
  }
  switch (model?.phase) {
    case 'loaded':
      return null;
    case 'loading':
      return describeLoadProgress(model.progress);
    case 'unloading':
      return 'The model is being unloaded';
    case 'none':
    case undefined:
      return 'Load a model to chat';
  }
}
