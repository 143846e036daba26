import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';

export const pageNames = ['chat', 'fit', 'compare'] as const;
export type PageName = (typeof pageNames)[number];

/** What is open on this page right now and belongs in no settings file. */
export interface ViewState {
  readonly page: PageName;
  readonly loadPanelOpen: boolean;
  readonly shortcutsOpen: boolean;
  /** The regions as overlays of a narrow window. */
  readonly sidebarOverlayOpen: boolean;
  readonly monitorOverlayOpen: boolean;
  /** Why the last thing the user asked for did not happen, where no better place shows it. */
  readonly notice: AppErrorData | null;
}

export type ViewStore = StoreApi<ViewState>;

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => ({
    page: 'chat',
    loadPanelOpen: false,
    shortcutsOpen: false,
    sidebarOverlayOpen: false,
    monitorOverlayOpen: false,
    notice: null,
  }));
}

/** For calls whose failure has no place of its own: `page.connection.call(...).catch(noteFailure(page.view))`. */
export function noteFailure(view: ViewStore): (thrown: unknown) => void {
  return thrown => view.setState({ notice: toErrorData(thrown) });
}
