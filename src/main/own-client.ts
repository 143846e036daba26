import { basename } from 'node:path';
import { dialog, nativeTheme } from 'electron';
import type { Host } from '#host/host.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import type { Settings } from '#shared/contract/settings.ts';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import type { Log } from './log.ts';

export interface OwnClient {
  /**
   * Loads as the page would, with the options that this model had last. The page shows how it goes;
   * that another load or an answer is in the way is said by a dialog.
   */
  loadModel(path: string): void;
}

/** What the main process itself wants of the host, asked for in the way a page asks. */
export function connectOwnClient(host: Host, log: Log): OwnClient {
  const [here, there] = createMemoryPorts();
  host.connect(there);
  const client = createClient(appContract, here);
  const settings = Promise.withResolvers<Settings>();
  let current = settings.promise;

  client.watch('settings', value => {
    settings.resolve(value);
    current = Promise.resolve(value);
    nativeTheme.themeSource = value.theme;
  });

  async function load(path: string): Promise<void> {
    const { loadOptionsByModel } = await current;
    await client.call('model.load', { path, options: loadOptionsByModel[path] ?? {} });
  }

  return {
    loadModel(path) {
      load(path).catch((thrown: unknown) => {
        const error = toErrorData(thrown);
        log(`the model that was opened did not load: ${error.message}`);
        if (error.code === 'busy') tellRefusal(path, error);
      });
    },
  };

  function tellRefusal(path: string, { message, suggestion }: AppErrorData): void {
    dialog
      .showMessageBox({
        type: 'info',
        title: 'Headroom',
        message: `${basename(path)} was not opened. ${message}`,
        detail: suggestion ?? '',
        buttons: ['OK'],
      })
      .catch((error: unknown) => log(`could not show a message: ${error}`));
  }
}
