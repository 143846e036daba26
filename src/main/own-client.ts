import { nativeTheme } from 'electron';
import type { Host } from '#host/host.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import type { Settings } from '#shared/contract/settings.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import type { Log } from './log.ts';

export interface OwnClient {
  /** Loads as the page would, with the options that this model had last. The page shows how it goes. */
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
      load(path).catch((error: unknown) => log(`the model that was opened did not load: ${error}`));
    },
  };
}
