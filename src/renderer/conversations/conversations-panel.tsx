import { SquarePen, X } from 'lucide-react';
import { useId, useState } from 'react';
import { useStore } from 'zustand';
import { toggleSidebar } from '../app/regions.ts';
import { useShortcutText } from '../app/use-shortcuts.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { TextField } from '../ui/text-field.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { ConversationRow } from './conversation-row.tsx';
import styles from './conversations-panel.module.css';
import { groupByDay } from './day-groups.ts';
import { DeleteConversationDialog } from './delete-conversation-dialog.tsx';
import type { RowActivity } from './row-activity.ts';

export function ConversationsPanel() {
  const page = usePage();
  const shortcutText = useShortcutText();
  const query = useStore(page.conversations.store, state => state.query);
  const startChat = () => {
    page.chat.open(null);
    page.view.setState({ sidebarOverlayOpen: false });
    focusComposer();
  };
  return (
    <section
      aria-label="Conversations"
      data-region="conversations"
      tabIndex={-1}
      className={styles.panel}
    >
      <header className={styles.head}>
        <h1 className={styles.brand}>
          <Mark />
          Headroom
        </h1>
        <IconButton
          label="Hide conversations"
          shortcut={shortcutText('toggle-sidebar')}
          icon={<X />}
          size="small"
          onClick={() => toggleSidebar(page)}
        />
      </header>
      <div className={styles.tools}>
        <Button icon={<SquarePen />} onClick={startChat} title={shortcutText('new-chat')}>
          New chat
        </Button>
        <TextField
          label="Search conversations"
          hideLabel
          type="search"
          placeholder="Search"
          value={query}
          maxLength={200}
          onValueChange={text => page.conversations.search(text)}
        />
      </div>
      <ConversationList />
    </section>
  );
}

function ConversationList() {
  const page = usePage();
  const { summaries, error, query } = useStore(page.conversations.store);
  const [activity, setActivity] = useState<RowActivity | null>(null);
  const groupId = useId();
  if (summaries === null) {
    return error === null ? null : (
      <div className={styles.note}>
        <ErrorCallout error={error} />
      </div>
    );
  }
  if (summaries.length === 0) {
    return (
      <p className={styles.empty}>
        {query === '' ? 'Your conversations will be listed here.' : 'Nothing was found.'}
      </p>
    );
  }
  return (
    <>
      <nav aria-label="Conversation list" className={styles.list} onKeyDown={moveFocus}>
        {groupByDay(summaries, Date.now()).map(group => {
          const labelId = `${groupId}-${group.label}`;
          return (
            <div key={group.label}>
              <h2 id={labelId} className={styles.groupLabel}>
                {group.label}
              </h2>
              <ul className={styles.group} aria-labelledby={labelId}>
                {group.items.map(summary => (
                  <ConversationRow
                    key={summary.id}
                    summary={summary}
                    activity={activity?.summary.id === summary.id ? activity.kind : null}
                    onActivity={setActivity}
                  />
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      {activity?.kind === 'menu' && (
        <ConversationMenu
          summary={activity.summary}
          anchor={activity.anchor}
          onActivity={setActivity}
        />
      )}
      {activity?.kind === 'deleting' && (
        <DeleteConversationDialog summary={activity.summary} onClose={() => setActivity(null)} />
      )}
    </>
  );
}

function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLAnchorElement)) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  links[links.indexOf(event.target) + step]?.focus();
  event.preventDefault();
}

/** Three cells of a cache, the last one free. */
function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" className={styles.mark}>
      <rect x="1" y="8" width="4" height="7" rx="1" />
      <rect x="6" y="5" width="4" height="10" rx="1" />
      <rect x="11" y="1" width="4" height="14" rx="1" fillOpacity="0.35" />
    </svg>
  );
}
