/** What the preload exposes: nothing but a way to ask for the port. */
export interface ElectronBridge {
  /**
   * The preload answers by posting `{type: 'headroom:port'}` to this page's own origin, with the
   * port transferred.
   */
  requestPort(): void;
}

declare global {
  interface Window {
    readonly headroom?: ElectronBridge;
  }
}
