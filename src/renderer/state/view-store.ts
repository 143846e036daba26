import { createStore, type StoreApi } from 'zustand/vanilla';

/** What is open on this page right now and belongs in no settings file. */
export interface ViewState {
  readonly loadPanelOpen: boolean;
  readonly shortcutsOpen: boolean;
  /** The regions as overlays of a narrow window. */
  readonly sidebarOverlayOpen: boolean;
  readonly monitorOverlayOpen: boolean;
}

export type ViewStore = StoreApi<ViewState>;

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => ({
    loadPanelOpen: false,
    shortcutsOpen: false,
    sidebarOverlayOpen: false,
    monitorOverlayOpen: false,
  }));
}
