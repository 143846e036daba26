import { type BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';

/** Electron brings none: without it a right click could not copy an answer. */
export function showContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, selectionText, editFlags }) => {
    const items: MenuItemConstructorOptions[] = [];
    if (isEditable) {
      items.push(
        { role: 'cut', enabled: editFlags.canCut },
        { role: 'copy', enabled: editFlags.canCopy },
        { role: 'paste', enabled: editFlags.canPaste },
        { type: 'separator' },
        { role: 'selectAll', enabled: editFlags.canSelectAll },
      );
    } else if (selectionText.trim() !== '') {
      items.push({ role: 'copy', enabled: editFlags.canCopy });
    }
    if (items.length > 0) Menu.buildFromTemplate(items).popup({ window });
  });
}
