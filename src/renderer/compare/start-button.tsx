import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { useApp, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import styles from './start-button.module.css';

export interface StartButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly running: boolean;
  /** Why what was chosen cannot be measured; null when it can. */
  readonly reason: string | null;
  readonly unreadable: boolean;
  onStart(): void;
}

/** Begins a measurement, and says what that means for the chat, or why it cannot begin. */
export function StartButton(props: StartButtonProps) {
  const { label, icon, running, reason, unreadable, onStart } = props;
  const obstacle = useObstacle();
  const blocked = reason ?? (unreadable ? 'This model file cannot be read.' : obstacle);
  return (
    <div className={styles.start}>
      <Button
        variant="primary"
        icon={icon}
        busy={running}
        disabled={blocked !== null}
        focusableWhenDisabled
        onClick={onStart}
      >
        {running ? 'Measuring' : label}
      </Button>
      <p className={styles.note}>
        {(running ? null : blocked) ??
          'The chat waits meanwhile. Its model and what it has read come back afterwards.'}
      </p>
    </div>
  );
}

/** What has the engine at the moment, in words; null when it is to be had. */
function useObstacle(): string | null {
  const { connection } = usePage();
  const connected = useStore(connection.status, ({ phase }) => phase === 'open');
  const phase = useApp(({ model }) => model?.phase);
  if (!connected) return 'Not connected to Headroom.';
  switch (phase) {
    case 'loading':
    case 'unloading':
      return 'A model is being loaded or unloaded: wait for its end.';
    case 'lent':
      return 'Another measurement has the engine.';
    default:
      return null;
  }
}
