import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron';

const options: OpenDialogOptions = {
  title: 'Load a model',
  properties: ['openFile'],
  filters: [
    { name: 'GGUF models', extensions: ['gguf'] },
    { name: 'All files', extensions: ['*'] },
  ],
};

/** The system's dialog, attached to the window where there is one; null when nothing was chosen. */
export async function pickModelFile(window: BrowserWindow | null): Promise<string | null> {
  const { canceled, filePaths } =
    window === null
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return canceled ? null : (filePaths[0] ?? null);
}
