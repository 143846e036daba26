import { Pencil, Trash2 } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { type MessageStore, messageText } from '../state/message-store.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { BranchSwitcher } from './branch-switcher.tsx';
import { DeleteTurnDialog } from './delete-turn-dialog.tsx';
import { EditBox } from './edit-box.tsx';
import styles from './turn.module.css';
import { useMove } from './use-move.ts';

/** A pasted document is shown by its beginning: the answer to it is what matters. */
const longLength = 1500;
const longLines = 20;

export interface UserTurnProps {
  readonly store: MessageStore;
  /** Its place in the conversation, from 1. */
  readonly number: number;
}

export const UserTurn = memo(function UserTurn({ store, number }: UserTurnProps) {
  const { drafts } = usePage();
  const message = useStore(store, state => state.message);
  const text = useStore(store, messageText);
  const running = useChat(state => state.running !== null);
  const { busy, make } = useMove();
  // What was being written over it is there again after a reload, or a look at another chat.
  const [editing, setEditing] = useState(() => drafts.read(message.id) !== '');
  const [deleting, setDeleting] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(editing);

  useEffect(() => {
    if (editing !== wasEditing.current) (editing ? input : editButton).current?.focus();
    wasEditing.current = editing;
  }, [editing]);

  const edit = () => {
    drafts.write(message.id, text);
    setEditing(true);
  };
  return (
    <article className={styles.turn} data-role="user" aria-label={`Message ${number}, from you`}>
      {editing ? (
        <EditBox message={message} input={input} onCancel={() => setEditing(false)} />
      ) : (
        <>
          <Bubble text={text} />
          <div className={styles.tools}>
            <div className={styles.actions}>
              <CopyButton label="Copy message" iconOnly text={() => text} />
              <IconButton
                ref={editButton}
                label="Edit message"
                icon={<Pencil />}
                size="small"
                disabled={running}
                onClick={edit}
              />
              <IconButton
                label="Delete turn"
                icon={<Trash2 />}
                size="small"
                disabled={running || busy}
                onClick={() => setDeleting(true)}
              />
            </div>
            <BranchSwitcher message={message} />
          </div>
        </>
      )}
      {deleting && (
        <DeleteTurnDialog
          messageId={message.id}
          onClose={() => setDeleting(false)}
          onDelete={() => make('chat.deleteTurn', message)}
        />
      )}
    </article>
  );
});

function Bubble({ text }: { readonly text: string }) {
  const isLong = text.length > longLength || text.split('\n').length > longLines;
  const [clipped, setClipped] = useState(isLong);
  return (
    <div className={styles.bubble}>
      <p data-clipped={clipped || undefined}>{text}</p>
      {isLong && (
        <Button variant="quiet" size="small" onClick={() => setClipped(!clipped)}>
          {clipped ? 'Show all of it' : 'Show less'}
        </Button>
      )}
    </div>
  );
}
