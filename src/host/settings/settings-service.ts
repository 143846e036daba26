import type { Settings } from '#shared/contract/settings.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import { readSettings, writeSettings } from './settings-file.ts';

export interface SettingsService {
  readonly current: Signal<Settings>;
  /**
   * Applies `change` to the settings as they are after all earlier updates; resolves when the result
   * is on the disk. When it cannot be written nothing changes.
   *
   * @throws AppError `storage-failed`
   */
  update(change: (settings: Settings) => Settings): Promise<void>;
  /** Resolves when no update is under way any more. */
  settled(): Promise<void>;
}

export async function openSettings(path: string): Promise<SettingsService> {
  const current = createSignal(await readSettings(path));
  let last: Promise<void> = Promise.resolve();

  async function apply(change: (settings: Settings) => Settings): Promise<void> {
    const next = change(current.get());
    await writeSettings(path, next);
    current.set(next);
  }

  return {
    current,
    update(change) {
      const written = last.then(() => apply(change));
      // A failed update is its caller's to hear about; the next one starts all the same.
      last = written.catch(() => {});
      return written;
    },
    settled: () => last,
  };
}
