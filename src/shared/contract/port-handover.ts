/**
 * How a page in the Electron window gets its port. The page calls `window.headroom.requestPort()`;
 * the preload passes the wish on; the main process answers with a message port; the preload posts it
 * to the page as a window message `{ type: 'headroom:port' }`.
 *
 * The preload may import types alone, hence the types.
 */
export const requestPortMessage = 'headroom:request-port';
export const portMessage = 'headroom:port';
export type RequestPortMessage = typeof requestPortMessage;
export type PortMessage = typeof portMessage;
