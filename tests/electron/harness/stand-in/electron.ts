// The stand-in for the `electron` module: what Headroom's main process imports, and no more. An
// import that is not here fails at once, as a link error.
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { ipcMain } from './ipc-main.ts';
export { MessageChannelMain } from './message-channel.ts';
export { protocol, session } from './session.ts';
export { dialog, Menu, nativeTheme, screen, shell } from './system.ts';
export { UtilityProcess as utilityProcess } from './utility-process.ts';
