import { type BrowserWindow, dialog } from 'electron';
import type { Log } from './log.ts';

/** More crashes than this within the window and reloading by itself would only spin. */
const crashLimit = 3;
const crashWindowMs = 60_000;

/**
 * A page that died is loaded again and told so: chats and the engine live in other processes and are
 * untouched. A page that does not answer may wait or be loaded again, as the user chooses.
 */
export function superviseRenderer(window: BrowserWindow, log: Log): void {
  const contents = window.webContents;
  const crashes: number[] = [];
  let waiting: AbortController | undefined;
  let endedByUs = false;

  contents.on('render-process-gone', (_event, details) => {
    waiting?.abort();
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    if (endedByUs) {
      endedByUs = false;
      contents.reload();
      return;
    }
    log(`the page's process ended: ${details.reason}, code ${details.exitCode}`);
    const now = Date.now();
    crashes.push(now);
    if (crashes.filter(at => now - at < crashWindowMs).length <= crashLimit) {
      contents.reload();
      say('The window stopped working and was loaded again.');
    } else {
      void offerReload(
        'The window keeps stopping.',
        'Reload it to try again, or restart Headroom. Your chats are safe on disk.',
        'Leave it',
      );
    }
  });

  window.on('unresponsive', () => {
    log('the page does not answer');
    waiting?.abort();
    waiting = new AbortController();
    void offerReload(
      'The window does not answer.',
      'It may be busy and come back by itself. Reloading it loses nothing: your chats are safe on disk, and an answer being written goes on.',
      'Wait',
      waiting.signal,
    );
  });
  window.on('responsive', () => waiting?.abort());
  window.on('closed', () => waiting?.abort());

  function say(message: string): void {
    dialog
      .showMessageBox(window, {
        type: 'warning',
        title: 'Headroom',
        message,
        detail:
          'Your chats and the loaded model are untouched. What was typed but not sent is gone.',
        buttons: ['OK'],
      })
      .catch((error: unknown) => log(`could not show a message: ${error}`));
  }

  async function offerReload(
    message: string,
    detail: string,
    otherwise: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      title: 'Headroom',
      message,
      detail,
      buttons: [otherwise, 'Reload'],
      defaultId: 0,
      cancelId: 0,
      ...(signal === undefined ? {} : { signal }),
    });
    if (response !== 1 || window.isDestroyed()) return;
    if (contents.isCrashed()) {
      contents.reload();
    } else {
      // A page stuck in a loop cannot run its own reload: its process goes first.
      endedByUs = true;
      contents.forcefullyCrashRenderer();
    }
  }
}
