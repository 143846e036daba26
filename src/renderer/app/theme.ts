import type { Settings } from '#shared/contract/settings.ts';
import type { AppStore } from '../state/app-store.ts';

const storageKey = 'headroom.theme';

/**
 * Keeps the page in the chosen theme. The choice is remembered beside the host's settings, because
 * the first paint comes before the host has answered.
 */
export function applyTheme(app: AppStore): void {
  const root = document.documentElement;
  const apply = (theme: Settings['theme']) => {
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  const remembered = localStorage.getItem(storageKey);
  if (remembered === 'light' || remembered === 'dark') apply(remembered);
  app.subscribe((state, before) => {
    const theme = state.settings?.theme;
    if (theme === undefined || theme === before.settings?.theme) return;
    localStorage.setItem(storageKey, theme);
    apply(theme);
  });
}
