import { useEffect, useMemo } from 'react';
import { stopAnswer } from '../chat/turn-actions.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import type { Page } from '../state/page.ts';
import { useApp, usePage } from '../state/page-context.tsx';
import { focusNextRegion, showPage, toggleMonitor, toggleSidebar } from './regions.ts';
import {
  keyLabels,
  type Shortcut,
  type ShortcutName,
  shortcutOf,
  shortcutsFor,
} from './shortcuts.ts';

export const isMac = navigator.userAgent.includes('Macintosh');

export function useShortcutList(): readonly Shortcut[] {
  const inBrowser = useApp(state => state.info?.shell !== 'electron');
  return useMemo(() => shortcutsFor(inBrowser), [inBrowser]);
}

/** For tooltips and menus: the keys of a shortcut in one string. */
export function useShortcutText(): (name: ShortcutName) => string {
  const shortcuts = useShortcutList();
  return name => {
    const shortcut = shortcuts.find(entry => entry.name === name);
    return shortcut === undefined ? '' : keyLabels(shortcut, isMac).join(isMac ? '' : '+');
  };
}

/** Listens on the whole window; used once, by the layout. */
export function useShortcuts(): void {
  const page = usePage();
  const shortcuts = useShortcutList();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = shortcutOf(event, shortcuts, isMac);
      if (name !== null && run(name, page)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [page, shortcuts]);
}

/** Whether the key was used. */
function run(name: ShortcutName, page: Page): boolean {
  const { view, chat } = page;
  switch (name) {
    case 'stop':
      // Escape belongs to whatever lies over the chat first.
      if (chat.store.getState().running === null || isSomethingOpen()) return false;
      stopAnswer(page);
      return true;
    case 'new-chat':
      showPage(view, 'chat');
      chat.open(null);
      focusComposer();
      return true;
    case 'focus-composer':
      showPage(view, 'chat');
      focusComposer();
      return true;
    case 'toggle-monitor':
      toggleMonitor(page);
      return true;
    case 'toggle-sidebar':
      toggleSidebar(page);
      return true;
    case 'load-panel':
      view.setState(state => ({ loadPanelOpen: !state.loadPanelOpen }));
      return true;
    case 'chat-page':
      showPage(view, 'chat');
      return true;
    case 'fit-page':
      showPage(view, 'fit');
      return true;
    case 'compare-page':
      showPage(view, 'compare');
      return true;
    case 'help':
      view.setState(state => ({ shortcutsOpen: !state.shortcutsOpen }));
      return true;
    case 'next-region':
      focusNextRegion();
      return true;
    case 'send':
    case 'newline':
      return false;
  }
}

function isSomethingOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}
