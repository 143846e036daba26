import { LoadPanel } from '../load-panel/load-panel.tsx';
import { useView } from '../state/page-context.tsx';
import { ChatPage } from './chat-page.tsx';
import { FitRegion } from './fit-region.tsx';
import styles from './layout.module.css';
import { Rail } from './rail.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { useShortcuts } from './use-shortcuts.ts';

export function Layout() {
  const shown = useView(state => state.page);
  useShortcuts();
  return (
    <div className={styles.layout}>
      <Rail />
      {shown === 'chat' ? <ChatPage /> : <FitRegion />}
      <LoadPanel />
      <ShortcutsDialog />
    </div>
  );
}
