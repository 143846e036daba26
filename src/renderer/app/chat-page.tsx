import { ChatPane } from '../chat/chat-pane.tsx';
import { ConversationsPanel } from '../conversations/conversations-panel.tsx';
import { usePage } from '../state/page-context.tsx';
import { Drawer } from '../ui/drawer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import styles from './layout.module.css';
import { ChatHeader } from './model-header.tsx';
import { MonitorRegion } from './monitor-region.tsx';
import { useMonitorPlace, useSidebarPlace } from './regions.ts';

/** Conversations, transcript and Monitor, side by side as far as the window has room. */
export function ChatPage() {
  const { view } = usePage();
  const sidebar = useSidebarPlace();
  const monitor = useMonitorPlace();
  return (
    <>
      {sidebar === 'column' && (
        <div className={styles.sidebar}>
          <ConversationsPanel />
        </div>
      )}
      <main className={styles.main} data-region="chat" tabIndex={-1}>
        <ChatHeader sidebar={sidebar} monitor={monitor} />
        <div className={styles.stage}>
          <ConnectionBanner />
          <ErrorBoundary name="The chat">
            <ChatPane />
          </ErrorBoundary>
        </div>
      </main>
      {monitor === 'column' && <MonitorRegion resizable />}

      <Drawer
        side="left"
        title="Conversations"
        bare
        width={288}
        open={sidebar === 'overlay'}
        onOpenChange={open => view.setState({ sidebarOverlayOpen: open })}
      >
        <ConversationsPanel />
      </Drawer>
      <Drawer
        side="right"
        title="Monitor"
        bare
        width={400}
        open={monitor === 'overlay'}
        onOpenChange={open => view.setState({ monitorOverlayOpen: open })}
      >
        <MonitorRegion />
      </Drawer>
    </>
  );
}
