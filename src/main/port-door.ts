import { type IpcMainEvent, ipcMain, MessageChannelMain, type WebContents } from 'electron';
import { portMessage, requestPortMessage } from '#shared/contract/port-handover.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createEmitterMessagePort } from '#shared/rpc/ports/message-port.ts';
import type { Log } from './log.ts';
import { isOwnUrl } from './origin.ts';

/**
 * The one door between pages and the main process: a page asks, and gets a message port on which the
 * host serves it. Only the top frame of our own page is answered. Each page has one port at a time;
 * asking again, as every reload does, closes the one before.
 */
export function openPortDoor(connect: (port: Port) => void, log: Log): void {
  const open = new Map<WebContents, Port>();

  ipcMain.on(requestPortMessage, event => {
    const frame = event.senderFrame;
    if (frame === null || !isOwnTopFrame(event)) {
      log(
        `refused a port to ${JSON.stringify(frame?.url.slice(0, 200) ?? 'a frame that is gone')}`,
      );
      return;
    }
    const contents = event.sender;
    if (!open.has(contents)) contents.once('destroyed', () => close(contents));
    close(contents);
    const { port1, port2 } = new MessageChannelMain();
    const port = createEmitterMessagePort(port1);
    open.set(contents, port);
    connect(port);
    // To this very document: a navigation in between must not hand the port to another one.
    frame.postMessage(portMessage, null, [port2]);
  });

  function close(contents: WebContents): void {
    open.get(contents)?.close();
    open.delete(contents);
  }
}

function isOwnTopFrame(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwnUrl(frame.url);
}
