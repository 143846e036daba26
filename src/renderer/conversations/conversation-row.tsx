import { Ellipsis } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { addressOf } from '../state/address.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import styles from './conversation-row.module.css';
import type { RowActivity } from './row-activity.ts';

export interface ConversationRowProps {
  readonly summary: ConversationSummary;
  readonly activity: RowActivity['kind'] | null;
  /** Must stay the same function: thousands of rows would render again otherwise. */
  onActivity(activity: RowActivity | null): void;
}

/** A change of the list brings new objects for all of it; only the rows that differ render again. */
export const ConversationRow = memo(
  ShownConversationRow,
  (before, after) =>
    before.summary.id === after.summary.id &&
    before.summary.title === after.summary.title &&
    before.activity === after.activity,
);

function ShownConversationRow({ summary, activity, onActivity }: ConversationRowProps) {
  const { chat, connection, view } = usePage();
  const current = useChat(state => state.conversationId === summary.id);
  const link = useRef<HTMLAnchorElement>(null);
  const renaming = activity === 'renaming';
  const wasRenaming = useRef(false);

  useEffect(() => {
    // The link is back only now; the focus had gone with the input.
    if (!renaming && wasRenaming.current) link.current?.focus();
    wasRenaming.current = renaming;
  }, [renaming]);

  const rename = (title: string) => {
    onActivity(null);
    if (title === '' || title === summary.title) return;
    connection
      .call('conversations.update', { conversationId: summary.id, title })
      .catch(noteFailure(view));
  };

  if (renaming) {
    return (
      <li className={styles.row}>
        <TitleInput title={summary.title} onDone={rename} />
      </li>
    );
  }
  return (
    <li className={styles.row} data-current={current || undefined}>
      <a
        ref={link}
        className={styles.link}
        href={addressOf(summary.id)}
        aria-current={current ? 'page' : undefined}
        title={summary.title}
        onClick={event => {
          event.preventDefault();
          chat.open(summary.id);
          view.setState({ sidebarOverlayOpen: false });
        }}
        onKeyDown={event => {
          if (event.key === 'F2') onActivity({ kind: 'renaming', summary });
          if (event.key === 'Delete') onActivity({ kind: 'deleting', summary });
        }}
      >
        {summary.title}
      </a>
      <button
        type="button"
        className={styles.more}
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={activity === 'menu'}
        title="Rename, export, delete"
        onClick={event => onActivity({ kind: 'menu', summary, anchor: event.currentTarget })}
      >
        <Ellipsis aria-hidden="true" />
      </button>
    </li>
  );
}

interface TitleInputProps {
  readonly title: string;
  onDone(title: string): void;
}

function TitleInput({ title, onDone }: TitleInputProps) {
  const [value, setValue] = useState(title);
  const input = useRef<HTMLInputElement>(null);
  /** Escape takes the focus away too, and that must not save. */
  const given = useRef(false);
  const finish = (result: string) => {
    if (given.current) return;
    given.current = true;
    onDone(result.trim());
  };

  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  return (
    <input
      ref={input}
      className={styles.input}
      aria-label="Title"
      value={value}
      maxLength={200}
      onChange={event => setValue(event.currentTarget.value)}
      onBlur={() => finish(value)}
      onKeyDown={event => {
        if (event.key === 'Enter') finish(value);
        if (event.key === 'Escape') {
          event.preventDefault();
          finish(title);
        }
      }}
    />
  );
}
