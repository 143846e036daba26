import { contextBridge, ipcRenderer } from 'electron';
import type { PortMessage, RequestPortMessage } from '#shared/contract/port-handover.ts';

const requestPortMessage: RequestPortMessage = 'headroom:request-port';
const portMessage: PortMessage = 'headroom:port';

// A port cannot cross the context bridge; a window message carries it into the page's world.
ipcRenderer.on(portMessage, event => {
  window.postMessage({ type: portMessage }, location.origin, event.ports);
});

contextBridge.exposeInMainWorld('headroom', {
  requestPort: () => ipcRenderer.send(requestPortMessage),
});
