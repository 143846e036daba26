import { BrowserWindow, nativeTheme, type Session, screen } from 'electron';
import { showContextMenu } from './context-menu.ts';
import type { Log } from './log.ts';
import { pageUrl } from './origin.ts';
import { superviseRenderer } from './renderer-supervision.ts';
import { keepWindowState, placeWindow, smallestWindow } from './window-state.ts';

export interface WindowOptions {
  readonly preloadPath: string;
  readonly statePath: string;
  readonly session: Session;
  readonly log: Log;
}

/** The app's window. Every security setting is written out, also where it is Electron's default. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const { bounds, maximized } = placeWindow(
    options.statePath,
    screen.getAllDisplays().map(display => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Headroom',
    show: false,
    // What shows before the first paint: the page's own background, so that nothing flashes.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#141416' : '#ffffff',
    webPreferences: {
      preload: options.preloadPath,
      session: options.session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      // Chromium's spell checker would fetch dictionaries; the app never does so by itself.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  keepWindowState(window, options.statePath);
  superviseRenderer(window, options.log);
  showContextMenu(window);
  window.loadURL(pageUrl).catch((error: unknown) => options.log(`the page did not load: ${error}`));
  return window;
}

/** To the front, from wherever it is: a second launch means "show me the app". */
export function raiseWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
