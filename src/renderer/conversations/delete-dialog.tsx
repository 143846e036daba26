import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface DeleteDialogProps {
  readonly summary: ConversationSummary;
  onClose(): void;
}

export function DeleteDialog({ summary, onClose }: DeleteDialogProps) {
  const { connection, view } = usePage();
  const remove = () => {
    onClose();
    connection
      .call('conversations.delete', { conversationId: summary.id })
      .catch(noteFailure(view));
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete this conversation?"
      size="small"
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" onClick={remove}>
            Delete
          </Button>
        </>
      }
    >
      <p>“{summary.title}” and all its messages will be gone for good.</p>
    </Dialog>
  );
}
