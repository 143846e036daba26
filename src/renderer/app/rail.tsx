import { Gauge, MessageSquare, Scale } from 'lucide-react';
import type { ReactNode } from 'react';
import { usePage, useView } from '../state/page-context.tsx';
import type { PageName } from '../state/view-store.ts';
import styles from './rail.module.css';
import { showPage } from './regions.ts';
import type { ShortcutName } from './shortcuts.ts';
import { useShortcutText } from './use-shortcuts.ts';

interface RailEntry {
  readonly page: PageName;
  readonly label: string;
  readonly shortcut: ShortcutName;
  readonly icon: ReactNode;
}

const entries: readonly RailEntry[] = [
  { page: 'chat', label: 'Chat', shortcut: 'chat-page', icon: <MessageSquare /> },
  { page: 'fit', label: 'Fit', shortcut: 'fit-page', icon: <Gauge /> },
  { page: 'compare', label: 'Compare', shortcut: 'compare-page', icon: <Scale /> },
];

/** The app's pages, always in reach at the window's left edge. */
export function Rail() {
  const { view } = usePage();
  const shown = useView(state => state.page);
  const shortcutText = useShortcutText();
  return (
    <nav className={styles.rail} aria-label="Pages" data-region="pages" tabIndex={-1}>
      {entries.map(({ page, label, shortcut, icon }) => (
        <button
          key={page}
          type="button"
          className={styles.entry}
          aria-current={page === shown ? 'page' : undefined}
          title={shortcutText(shortcut)}
          onClick={() => showPage(view, page)}
        >
          {icon}
          {label}
        </button>
      ))}
    </nav>
  );
}
