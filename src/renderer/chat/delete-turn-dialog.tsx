import { describeLaterCost } from '#shared/chat/cost-text.ts';
import { DeleteDialog } from '../ui/delete-dialog.tsx';
import { useMoveCost } from './use-move-cost.ts';

export interface DeleteTurnDialogProps {
  readonly messageId: string;
  onClose(): void;
  onDelete(): void;
}

export function DeleteTurnDialog({ messageId, onClose, onDelete }: DeleteTurnDialogProps) {
  const cost = useMoveCost({ kind: 'delete-turn', messageId });
  return (
    <DeleteDialog title="Delete this turn?" onClose={onClose} onDelete={onDelete}>
      <p>
        This message and all answers to it will be gone for good. The messages after them stay, and
        follow what came before.
      </p>
      {cost !== null && <p>After it {describeLaterCost(cost)}.</p>}
    </DeleteDialog>
  );
}
