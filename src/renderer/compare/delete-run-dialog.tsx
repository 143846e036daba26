import type { SavedComparison } from '#shared/compare/saved-comparison.ts';
import { useCompare, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { DeleteDialog } from '../ui/delete-dialog.tsx';

export interface DeleteRunDialogProps {
  readonly run: SavedComparison;
  onClose(): void;
}

export function DeleteRunDialog({ run, onClose }: DeleteRunDialogProps) {
  const { compare, connection, view } = usePage();
  const isShown = useCompare(({ shown }) => shown?.saved?.id === run.id);
  const remove = () => {
    connection.call('comparisons.delete', { id: run.id }).then(() => {
      if (isShown) compare.close();
    }, noteFailure(view));
  };
  return (
    <DeleteDialog title="Delete this run?" onClose={onClose} onDelete={remove}>
      <p>“{run.name}” and its figures will be gone for good.</p>
    </DeleteDialog>
  );
}
