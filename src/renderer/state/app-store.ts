import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AppInfo } from '#shared/contract/app-contract.ts';
import type { Settings } from '#shared/contract/settings.ts';
import type { EngineState } from '#shared/lifecycle/engine-state.ts';
import type { ModelState } from '#shared/lifecycle/model-state.ts';
import type { SnapshotState } from '#shared/snapshot/snapshot-state.ts';
import type { Connection } from '../connection/connection.ts';

/** What the host says of itself; each part is null until it has said so for the first time. */
export interface AppState {
  readonly info: AppInfo | null;
  readonly engine: EngineState | null;
  readonly model: ModelState | null;
  readonly settings: Settings | null;
  readonly snapshots: SnapshotState | null;
}

export type AppStore = StoreApi<AppState>;

export function createAppStore(connection: Connection): AppStore {
  const store = createStore<AppState>(() => ({
    info: null,
    engine: null,
    model: null,
    settings: null,
    snapshots: null,
  }));
  connection.onOpen(client => {
    // Watches end with their connection; every new client gets its own.
    client.watch('engine', engine => store.setState({ engine }));
    client.watch('model', model => store.setState({ model }));
    client.watch('settings', settings => store.setState({ settings }));
    client.watch('snapshots', snapshots => store.setState({ snapshots }));
    client.call('app.info', {}).then(
      info => store.setState({ info }),
      // The connection broke in between; the next one asks again.
      () => {},
    );
  });
  return store;
}
