// What belongs to the operating system: present, typed, and without effect. A test that cares puts
// its own function in the place of one of these, as it would in a real Electron.
import { EventEmitter } from 'node:events';
import type Electron from 'electron';

export const dialog: Pick<Electron.Dialog, 'showErrorBox' | 'showMessageBox' | 'showOpenDialog'> = {
  showErrorBox: (title, content) => void process.stderr.write(`${title}: ${content}\n`),
  showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
};

export const shell: Pick<Electron.Shell, 'openExternal' | 'openPath'> = {
  openExternal: async () => {},
  openPath: async () => '',
};

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};

class NativeTheme
  extends EventEmitter
  implements Pick<Electron.NativeTheme, 'shouldUseDarkColors' | 'themeSource'>
{
  #source: Electron.NativeTheme['themeSource'] = 'system';

  get themeSource(): Electron.NativeTheme['themeSource'] {
    return this.#source;
  }

  set themeSource(source) {
    this.#source = source;
    this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark';
  }
}

export const nativeTheme = new NativeTheme();

/** Holds what it was built from; nothing is drawn. */
export class Menu {
  static #applicationMenu: Menu | null = null;
  readonly items: readonly Electron.MenuItemConstructorOptions[];

  constructor(items: readonly Electron.MenuItemConstructorOptions[] = []) {
    this.items = items;
  }

  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): Menu {
    return new Menu(template);
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.#applicationMenu = menu;
  }

  static getApplicationMenu(): Menu | null {
    return Menu.#applicationMenu;
  }

  popup(): void {}
}
