import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { DeleteDialog } from '../ui/delete-dialog.tsx';

export interface DeleteConversationDialogProps {
  readonly summary: ConversationSummary;
  onClose(): void;
}

export function DeleteConversationDialog({ summary, onClose }: DeleteConversationDialogProps) {
  const { connection, view } = usePage();
  const remove = () => {
    connection
      .call('conversations.delete', { conversationId: summary.id })
      .catch(noteFailure(view));
  };
  return (
    <DeleteDialog title="Delete this conversation?" onClose={onClose} onDelete={remove}>
      <p>“{summary.title}” and all its messages will be gone for good.</p>
    </DeleteDialog>
  );
}
