import type { App } from 'electron';
import type { Log } from './log.ts';

/**
 * The host gives up saving cells before this, and kills an engine that does not end by itself; beyond it
 * something else hangs.
 */
const disposeDeadlineMs = 30_000;

/** Holds the quit back until the host has stopped the engine and closed its files. */
export function disposeBeforeQuit(app: App, host: AsyncDisposable, log: Log): void {
  let leaving = false;
  app.on('will-quit', event => {
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    void dispose().then(() => app.exit());
  });

  async function dispose(): Promise<void> {
    const deadline = setTimeout(() => {
      log('stopping took too long; leaving without it');
      app.exit(1);
    }, disposeDeadlineMs);
    try {
      await host[Symbol.asyncDispose]();
    } catch (error) {
      log(`stopping failed: ${error}`);
    } finally {
      clearTimeout(deadline);
    }
  }
}
