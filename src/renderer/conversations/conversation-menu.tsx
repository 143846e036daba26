import { Download, FileText, Pencil, Table2, Trash2 } from 'lucide-react';
import type { ConversationSummary, ExportFormat } from '#shared/chat/conversation.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { AnchoredMenu } from '../ui/menu.tsx';
import { saveFile } from '../ui/saved-file.ts';
import type { RowActivity } from './row-activity.ts';

export interface ConversationMenuProps {
  readonly summary: ConversationSummary;
  readonly anchor: HTMLElement;
  onActivity(activity: RowActivity | null): void;
}

export function ConversationMenu({ summary, anchor, onActivity }: ConversationMenuProps) {
  const { connection, view } = usePage();
  const save = (format: ExportFormat) => {
    onActivity(null);
    connection
      .call('conversations.export', { conversationId: summary.id, format })
      .then(({ fileName, text }) =>
        saveFile(fileName, new Blob([text], { type: 'text/plain;charset=utf-8' })),
      )
      .catch(noteFailure(view));
  };
  return (
    <AnchoredMenu
      anchor={anchor}
      onClose={() => onActivity(null)}
      entries={[
        {
          kind: 'action',
          label: 'Rename',
          icon: <Pencil />,
          shortcut: 'F2',
          onSelect: () => onActivity({ kind: 'renaming', summary }),
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
        {
          kind: 'action',
          label: 'Export figures as CSV',
          icon: <Table2 />,
          onSelect: () => save('csv'),
        },
        { kind: 'separator' },
        {
          kind: 'action',
          label: 'Delete',
          icon: <Trash2 />,
          shortcut: 'Del',
          tone: 'danger',
          onSelect: () => onActivity({ kind: 'deleting', summary }),
        },
      ]}
    />
  );
}
