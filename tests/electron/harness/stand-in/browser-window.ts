import { EventEmitter } from 'node:events';
import type Electron from 'electron';
import { app } from './app.ts';
import { openWindows } from './open-windows.ts';
import { WebContents } from './web-contents.ts';

/** A window that nobody sees, with a page that is real. */
export class BrowserWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      | 'close'
      | 'destroy'
      | 'focus'
      | 'getNormalBounds'
      | 'getTitle'
      | 'isDestroyed'
      | 'isMaximized'
      | 'isMinimized'
      | 'isVisible'
      | 'loadURL'
      | 'maximize'
      | 'minimize'
      | 'restore'
      | 'setBounds'
      | 'show'
    >
{
  readonly webContents: WebContents;
  #bounds: Electron.Rectangle;
  #size: 'normal' | 'maximized' | 'minimized' = 'normal';
  #visible: boolean;
  #destroyed = false;
  readonly #title: string;

  static getAllWindows(): BrowserWindow[] {
    return [...openWindows].filter(window => window instanceof BrowserWindow);
  }

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.#visible = options.show ?? true;
    this.#title = options.title ?? '';
    openWindows.add(this);
    this.webContents = new WebContents(options);
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    app.emit('browser-window-created', {}, this);
  }

  loadURL = (url: string): Promise<void> => this.webContents.loadURL(url);
  getTitle = (): string => this.#title;
  isDestroyed = (): boolean => this.#destroyed;
  isVisible = (): boolean => this.#visible;
  isMaximized = (): boolean => this.#size === 'maximized';
  isMinimized = (): boolean => this.#size === 'minimized';
  getNormalBounds = (): Electron.Rectangle => this.#bounds;

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
  }

  maximize(): void {
    this.#size = 'maximized';
  }

  minimize(): void {
    this.#size = 'minimized';
  }

  restore(): void {
    this.#size = 'normal';
  }

  show(): void {
    this.#visible = true;
  }

  focus(): void {}

  close(): void {
    if (this.#destroyed) return;
    let prevented = false;
    this.emit('close', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    openWindows.delete(this);
    void this.webContents.destroy();
    this.emit('closed');
    app.windowClosed();
  }
}
