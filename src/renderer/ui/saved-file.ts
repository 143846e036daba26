/** Lets the user save a file under a name: a download in the browser shell, a dialog in Electron. */
export function saveFile(fileName: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has its own hold on the data once the click has been dealt with.
  setTimeout(() => URL.revokeObjectURL(url));
}
