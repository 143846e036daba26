import { flushSync } from 'react-dom';
import { useMediaQuery } from '../state/media-query.ts';
import type { Page } from '../state/page.ts';
import { useApp, useView } from '../state/page-context.tsx';
import { noteFailure, type PageName, type ViewStore } from '../state/view-store.ts';

/** Below these window widths a region has no column of its own and lies over the chat when shown. */
const sidebarColumn = '(min-width: 1120px)';
const monitorColumn = '(min-width: 820px)';

export type RegionPlace = 'column' | 'overlay' | 'hidden';

export function useSidebarPlace(): RegionPlace {
  const hasColumn = useMediaQuery(sidebarColumn);
  const open = useApp(state => state.settings?.sidebarOpen ?? true);
  const overlayOpen = useView(state => state.sidebarOverlayOpen);
  if (hasColumn) return open ? 'column' : 'hidden';
  return overlayOpen ? 'overlay' : 'hidden';
}

export function useMonitorPlace(): RegionPlace {
  const hasColumn = useMediaQuery(monitorColumn);
  const open = useApp(state => state.settings?.monitorOpen ?? true);
  const overlayOpen = useView(state => state.monitorOverlayOpen);
  if (hasColumn) return open ? 'column' : 'hidden';
  return overlayOpen ? 'overlay' : 'hidden';
}

/** At once, so that what is on the page can be focused. */
export function showPage(view: ViewStore, page: PageName): void {
  flushSync(() => view.setState({ page }));
}

export function toggleSidebar({ app, view, connection }: Page): void {
  if (matchMedia(sidebarColumn).matches) {
    const sidebarOpen = !(app.getState().settings?.sidebarOpen ?? true);
    connection.call('settings.update', { sidebarOpen }).catch(noteFailure(view));
  } else {
    view.setState(state => ({ sidebarOverlayOpen: !state.sidebarOverlayOpen }));
  }
}

export function toggleMonitor({ app, view, connection }: Page): void {
  if (matchMedia(monitorColumn).matches) {
    const monitorOpen = !(app.getState().settings?.monitorOpen ?? true);
    connection.call('settings.update', { monitorOpen }).catch(noteFailure(view));
  } else {
    view.setState(state => ({ monitorOverlayOpen: !state.monitorOverlayOpen }));
  }
}

/** Moves the focus to the next part of the window that is shown, in reading order. */
export function focusNextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const current = regions.findIndex(region => region.contains(document.activeElement));
  const next = regions[(current + 1) % regions.length];
  const preferred = next?.querySelector<HTMLElement>('textarea');
  const first = next?.querySelector<HTMLElement>('button:not(:disabled), a[href], input');
  (preferred ?? first ?? next)?.focus();
}
