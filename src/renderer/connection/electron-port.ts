import { AppError } from '#shared/errors/app-error.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createDomMessagePort } from '#shared/rpc/ports/message-port.ts';
import type { ElectronBridge } from './electron-bridge.ts';

const answerDeadlineMs = 10_000;

/** @throws AppError `connection-lost` when the preload does not answer in time */
export function openElectronPort(bridge: ElectronBridge): Promise<Port> {
  return new Promise((resolve, reject) => {
    const receive = (event: MessageEvent<unknown>) => {
      const [port] = event.ports;
      if (event.source !== window || !isPortMessage(event.data) || port === undefined) return;
      finish();
      resolve(createDomMessagePort(port));
    };
    const timer = setTimeout(() => {
      finish();
      reject(new AppError('connection-lost', 'The app did not answer its window.'));
    }, answerDeadlineMs);
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener('message', receive);
    };
    window.addEventListener('message', receive);
    bridge.requestPort();
  });
}

function isPortMessage(data: unknown): boolean {
  return (
    typeof data === 'object' && data !== null && 'type' in data && data.type === 'headroom:port'
  );
}
