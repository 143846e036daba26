import styles from './layout.module.css';

export function Layout() {
  return (
    <div className={styles.layout}>
      <section aria-label="Conversations" />
      <main />
      {/* Slot: <Monitor /> fills this region and scrolls in itself. */}
      <section aria-label="Monitor" />
      {/* Slot: <LoadPanel /> opens with view.loadPanelOpen and closes by setting it to false. */}
    </div>
  );
}
