import type { AppContract } from '#shared/contract/app-contract.ts';
import type { LoadReport } from '#shared/model/load.ts';
import type { Client } from '#shared/rpc/client.ts';

/** Waits for the load that is under way. @throws Error with its reason when it fails */
export function untilLoaded(client: Client<AppContract>): Promise<LoadReport> {
  const loaded = Promise.withResolvers<LoadReport>();
  const watch = client.watch('model', model => {
    if (model.phase === 'loaded') loaded.resolve(model.report);
    if (model.phase === 'none' && model.error !== null) {
      loaded.reject(new Error(model.error.message));
    }
  });
  return loaded.promise.finally(() => watch[Symbol.dispose]());
}
