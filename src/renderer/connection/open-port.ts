import type { Port } from '#shared/rpc/port.ts';
import { openElectronPort } from './electron-port.ts';
import { takeLaunchToken } from './launch-token.ts';
import { openSocketPort } from './socket-port.ts';

/** The way to the host that this shell offers: Electron's preload, else the browser shell's socket. */
export function choosePort(): () => Promise<Port> {
  const bridge = window.headroom;
  if (bridge !== undefined) return () => openElectronPort(bridge);
  const token = takeLaunchToken();
  return () => openSocketPort(token);
}
