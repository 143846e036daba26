import { useStore } from 'zustand';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import styles from './connection-banner.module.css';

/** Lies over the chat instead of pushing it down: it comes and goes by itself. */
export function ConnectionBanner() {
  const { connection } = usePage();
  const status = useStore(connection.status);
  if (status.phase === 'open' || status.phase === 'connecting') return null;
  return (
    <div className={styles.place}>
      {status.phase === 'lost' ? (
        <Callout
          tone="warning"
          live
          actions={
            <Button size="small" busy={status.trying} onClick={() => connection.retry()}>
              Try now
            </Button>
          }
        >
          <p>Connection lost, trying again. What you have typed is kept.</p>
          {status.error.suggestion !== null && <p>{status.error.suggestion}</p>}
        </Callout>
      ) : (
        <Callout tone="error" live>
          <p>{status.error.message}</p>
          <p>{status.error.suggestion}</p>
        </Callout>
      )}
    </div>
  );
}
