import { Fragment } from 'react';
import { usePage, useView } from '../state/page-context.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { keyLabels } from './shortcuts.ts';
import styles from './shortcuts-dialog.module.css';
import { isMac, useShortcutList } from './use-shortcuts.ts';

export function ShortcutsDialog() {
  const { view } = usePage();
  const open = useView(state => state.shortcutsOpen);
  const shortcuts = useShortcutList();
  return (
    <Dialog
      open={open}
      onOpenChange={next => view.setState({ shortcutsOpen: next })}
      title="Keyboard shortcuts"
      size="small"
    >
      <dl className={styles.list}>
        {shortcuts.map(shortcut => (
          <Fragment key={shortcut.name}>
            <dt>{shortcut.label}</dt>
            <dd className={styles.keys}>
              {keyLabels(shortcut, isMac).map(label => (
                <kbd key={label} className={styles.key}>
                  {label}
                </kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}
