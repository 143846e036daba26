import type { ReactNode } from 'react';
import styles from './two-panes.module.css';

export interface TwoPanesProps {
  readonly title: string;
  /** What the left pane is for; for screen readers. */
  readonly controlsLabel: string;
  /** What is chosen, at the left; above everything where the window is narrow. */
  readonly controls: ReactNode;
  /** Below the choices, always in view beside the outcome; null: nothing. */
  readonly footer?: ReactNode;
  /** What comes of it. */
  readonly children: ReactNode;
}

/** A page of choices and their outcome side by side, each with a scroll bar of its own. */
export function TwoPanes({ title, controlsLabel, controls, footer, children }: TwoPanesProps) {
  return (
    <div className={styles.page}>
      <aside className={styles.side} aria-label={controlsLabel}>
        <div className={styles.controls}>
          <h1 className={styles.title}>{title}</h1>
          {controls}
        </div>
        {footer != null && <div className={styles.footer}>{footer}</div>}
      </aside>
      <div className={styles.results}>{children}</div>
    </div>
  );
}
