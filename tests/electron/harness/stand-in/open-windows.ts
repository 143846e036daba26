interface OpenWindow {
  close(): void;
  destroy(): void;
}

/** In the order of their opening. */
export const openWindows = new Set<OpenWindow>();
