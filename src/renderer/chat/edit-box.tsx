import { type RefObject, useId, useState } from 'react';
import { useStore } from 'zustand';
import type { Message } from '#shared/chat/conversation.ts';
import { useShortcutText } from '../app/use-shortcuts.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import { useObstacle } from '../composer/obstacle.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { GrowingTextArea } from '../ui/growing-text-area.tsx';
import styles from './edit-box.module.css';
import { MoveCost } from './move-cost.tsx';
import { sendEdit } from './turn-actions.ts';

export interface EditBoxProps {
  readonly message: Message;
  readonly input: RefObject<HTMLTextAreaElement | null>;
  onCancel(): void;
}

/** A message of the user's, being written anew in its place. Its text is a draft until it is sent. */
export function EditBox({ message, input, onCancel }: EditBoxProps) {
  const page = usePage();
  const { drafts, view } = page;
  const text = useStore(drafts.store, () => drafts.read(message.id));
  const running = useChat(state => state.running !== null);
  const obstacle = useObstacle();
  const [sending, setSending] = useState(false);
  const shortcutText = useShortcutText();
  const hintId = useId();
  const canSend = obstacle === null && !running && !sending && text.trim() !== '';

  const send = () => {
    if (!canSend) return;
    setSending(true);
    view.setState({ notice: null });
    sendEdit(page, message)
      .then(focusComposer, noteFailure(view))
      .finally(() => setSending(false));
  };
  const cancel = () => {
    drafts.write(message.id, '');
    onCancel();
  };
  return (
    <form
      className={styles.box}
      onSubmit={event => {
        event.preventDefault();
        send();
      }}
    >
      <GrowingTextArea
        ref={input}
        aria-label="New text"
        aria-describedby={hintId}
        value={text}
        readOnly={sending}
        onChange={event => drafts.write(message.id, event.currentTarget.value)}
        onEnter={send}
        onKeyDown={event => {
          if (event.key !== 'Escape' || event.nativeEvent.isComposing || sending) return;
          event.preventDefault();
          cancel();
        }}
      />
      <MoveCost move={text.trim() === '' ? null : { kind: 'edit', messageId: message.id, text }} />
      <div className={styles.tools}>
        <p id={hintId} className={styles.hint}>
          {obstacle ??
            `${shortcutText('send')} sends, ${shortcutText('newline')} starts a new line, Esc cancels`}
        </p>
        <Button size="small" disabled={sending} onClick={cancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="primary"
          size="small"
          aria-label="Send the new text"
          busy={sending}
          disabled={!canSend}
        >
          Send
        </Button>
      </div>
    </form>
  );
}
