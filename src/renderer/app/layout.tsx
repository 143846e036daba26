import { ComparePage } from '../compare/compare-page.tsx';
import { FitPage } from '../fit/fit-page.tsx';
import { LoadPanel } from '../load-panel/load-panel.tsx';
import { useView } from '../state/page-context.tsx';
import { ChatPage } from './chat-page.tsx';
import styles from './layout.module.css';
import { PageRegion } from './page-region.tsx';
import { Rail } from './rail.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { useShortcuts } from './use-shortcuts.ts';

export function Layout() {
  const shown = useView(state => state.page);
  useShortcuts();
  return (
    <div className={styles.layout}>
      <Rail />
      {shown === 'chat' && <ChatPage />}
      {shown === 'fit' && (
        <PageRegion region="fit" name="The Fit page">
          <FitPage />
        </PageRegion>
      )}
      {shown === 'compare' && (
        <PageRegion region="compare" name="The Compare page">
          <ComparePage />
        </PageRegion>
      )}
      <LoadPanel />
      <ShortcutsDialog />
    </div>
  );
}
