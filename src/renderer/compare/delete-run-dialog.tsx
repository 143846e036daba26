import type { SavedComparison } from '#shared/compare/saved-comparison.ts';
import { useCompare, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface DeleteRunDialogProps {
  readonly run: SavedComparison;
  onClose(): void;
}

export function DeleteRunDialog({ run, onClose }: DeleteRunDialogProps) {
  const { compare, connection, view } = usePage();
  const isShown = useCompare(({ shown }) => shown?.saved?.id === run.id);
  const remove = () => {
    onClose();
    connection.call('comparisons.delete', { id: run.id }).then(() => {
      if (isShown) compare.close();
    }, noteFailure(view));
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete this run?"
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
      <p>“{run.name}” and its figures will be gone for good.</p>
    </Dialog>
  );
}
