/** Lets the user save a text under a name: a download in the browser shell, a dialog in Electron. */
export function saveTextFile(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has its own hold on the data once the click has been dealt with.
  setTimeout(() => URL.revokeObjectURL(url));
}
