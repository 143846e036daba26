import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import dialogStyles from './dialog.module.css';
import styles from './drawer.module.css';
import { IconButton } from './icon-button.tsx';

export interface DrawerProps {
  readonly open: boolean;
  onOpenChange(open: boolean): void;
  readonly title: string;
  readonly side: 'left' | 'right';
  readonly children: ReactNode;
  /** Buttons; stays in view while the body scrolls. */
  readonly footer?: ReactNode;
  /** CSS pixels, never more than the window. */
  readonly width?: number;
  /** Leaves out header and padding, for content that brings its own. */
  readonly bare?: boolean;
  /** What gets the focus when it has closed; true and left out: what had it before. */
  finalFocus?(): HTMLElement | true;
}

/** A modal panel that slides over one side of the window. */
export function Drawer({
  open,
  onOpenChange,
  title,
  side,
  children,
  footer,
  width = 400,
  bare = false,
  finalFocus,
}: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={next => onOpenChange(next)}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={dialogStyles.backdrop} />
        <BaseDialog.Popup
          ref={popup}
          initialFocus={popup}
          className={styles.popup}
          data-side={side}
          style={{ width }}
          {...(finalFocus === undefined ? {} : { finalFocus })}
        >
          {bare ? (
            <BaseDialog.Title className={styles.hidden}>{title}</BaseDialog.Title>
          ) : (
            <header className={dialogStyles.head}>
              <BaseDialog.Title className={dialogStyles.title}>{title}</BaseDialog.Title>
              <BaseDialog.Close render={<IconButton label="Close" icon={<X />} size="small" />} />
            </header>
          )}
          <div className={bare ? styles.bare : dialogStyles.body}>{children}</div>
          {footer !== undefined && <footer className={dialogStyles.foot}>{footer}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
