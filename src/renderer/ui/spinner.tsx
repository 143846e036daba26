import styles from './spinner.module.css';

/** Decorative unless it has a label; beside a text that says the same it needs none. */
export function Spinner({ label }: { readonly label?: string }) {
  return (
    <span
      className={styles.spinner}
      {...(label === undefined
        ? { 'aria-hidden': true as const }
        : { role: 'status', 'aria-label': label })}
    />
  );
}
