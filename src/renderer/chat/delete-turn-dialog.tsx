import { describeLaterCost } from '#shared/chat/cost-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useMoveCost } from './use-move-cost.ts';

export interface DeleteTurnDialogProps {
  readonly messageId: string;
  onClose(): void;
  onDelete(): void;
}

export function DeleteTurnDialog({ messageId, onClose, onDelete }: DeleteTurnDialogProps) {
  const cost = useMoveCost({ kind: 'delete-turn', messageId });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete this turn?"
      size="small"
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            variant="danger"
            onClick={() => {
              onClose();
              onDelete();
            }}
          >
            Delete
          </Button>
        </>
      }
    >
      <p>
        This message and all answers to it will be gone for good. The messages after them stay, and
        follow what came before.
      </p>
      {cost !== null && <p>After it {describeLaterCost(cost)}.</p>}
    </Dialog>
  );
}
