import { Download, Ellipsis, FileText, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { addressOf } from '../state/address.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import styles from './conversation-row.module.css';
import { saveTextFile } from './text-file.ts';

export interface ConversationRowProps {
  readonly summary: ConversationSummary;
  onOpen(): void;
}

export function ConversationRow({ summary, onOpen }: ConversationRowProps) {
  const { connection, view } = usePage();
  const current = useChat(state => state.conversationId === summary.id);
  const [mode, setMode] = useState<'shown' | 'renaming' | 'deleting'>('shown');
  const link = useRef<HTMLAnchorElement>(null);
  const renamed = useRef(false);

  useEffect(() => {
    // The link is back only now; the focus had gone with the input.
    if (mode === 'shown' && renamed.current) link.current?.focus();
    renamed.current = mode === 'renaming';
  }, [mode]);

  const rename = (title: string) => {
    setMode('shown');
    if (title === '' || title === summary.title) return;
    connection
      .call('conversations.update', { conversationId: summary.id, title })
      .catch(noteFailure(view));
  };
  const save = (format: 'markdown' | 'json') => {
    connection
      .call('conversations.export', { conversationId: summary.id, format })
      .then(({ fileName, text }) => saveTextFile(fileName, text))
      .catch(noteFailure(view));
  };
  const remove = () => {
    setMode('shown');
    connection
      .call('conversations.delete', { conversationId: summary.id })
      .catch(noteFailure(view));
  };

  return (
    <li className={styles.row} data-current={current || undefined}>
      {mode === 'renaming' ? (
        <TitleInput title={summary.title} onDone={rename} />
      ) : (
        <>
          <a
            ref={link}
            className={styles.link}
            href={addressOf(summary.id)}
            aria-current={current ? 'page' : undefined}
            title={summary.title}
            onClick={event => {
              event.preventDefault();
              onOpen();
            }}
            onKeyDown={event => {
              if (event.key === 'F2') setMode('renaming');
              if (event.key === 'Delete') setMode('deleting');
            }}
          >
            {summary.title}
          </a>
          <Menu
            trigger={
              <IconButton
                label="More actions"
                icon={<Ellipsis />}
                size="small"
                className={styles.more}
              />
            }
            entries={[
              {
                kind: 'action',
                label: 'Rename',
                icon: <Pencil />,
                shortcut: 'F2',
                onSelect: () => setMode('renaming'),
              },
              {
                kind: 'action',
                label: 'Export as Markdown',
                icon: <FileText />,
                onSelect: () => save('markdown'),
              },
              {
                kind: 'action',
                label: 'Export as JSON',
                icon: <Download />,
                onSelect: () => save('json'),
              },
              { kind: 'separator' },
              {
                kind: 'action',
                label: 'Delete',
                icon: <Trash2 />,
                shortcut: 'Del',
                tone: 'danger',
                onSelect: () => setMode('deleting'),
              },
            ]}
          />
        </>
      )}
      <Dialog
        open={mode === 'deleting'}
        onOpenChange={() => setMode('shown')}
        title="Delete this conversation?"
        size="small"
        footer={
          <>
            <Button onClick={() => setMode('shown')}>Keep it</Button>
            <Button variant="danger" onClick={remove}>
              Delete
            </Button>
          </>
        }
      >
        <p>“{summary.title}” and all its messages will be gone for good.</p>
      </Dialog>
    </li>
  );
}

interface TitleInputProps {
  readonly title: string;
  onDone(title: string): void;
}

function TitleInput({ title, onDone }: TitleInputProps) {
  const [value, setValue] = useState(title);
  /** Escape takes the focus away too, and that must not save. */
  const given = useRef(false);
  const finish = (result: string) => {
    if (given.current) return;
    given.current = true;
    onDone(result.trim());
  };
  return (
    <input
      className={styles.input}
      aria-label="Title"
      value={value}
      maxLength={200}
      // biome-ignore lint/a11y/noAutofocus: the user has just asked to type here
      autoFocus
      onFocus={event => event.currentTarget.select()}
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
