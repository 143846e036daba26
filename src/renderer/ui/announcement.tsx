import styles from './announcement.module.css';

/** Said by screen readers when it changes, and not to be seen. Stays on the page while it is empty. */
export function Announcement({ text }: { readonly text: string }) {
  return (
    <p className={styles.announcement} aria-live="polite">
      {text}
    </p>
  );
}
