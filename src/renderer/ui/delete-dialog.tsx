import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

export interface DeleteDialogProps {
  /** The question. */
  readonly title: string;
  /** What will be gone. */
  readonly children: ReactNode;
  onClose(): void;
  /** Called after {@link onClose}. */
  onDelete(): void;
}

/** Asks before something is gone for good. */
export function DeleteDialog({ title, children, onClose, onDelete }: DeleteDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
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
      {children}
    </Dialog>
  );
}
