import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, session, shell } from 'electron';
import { createHost } from '#host/host.ts';
import { toErrorData } from '#shared/errors/app-error.ts';
import { registerAppScheme, serveAppScheme } from './app-scheme.ts';
import { modelFromArguments } from './command-line.ts';
import { createEngineLadder } from './engine-launcher.ts';
import { engineWays } from './engine-ways.ts';
import { pickModelFile } from './file-dialog.ts';
import { createLog } from './log.ts';
import { installMenu } from './menu.ts';
import { guardNavigation } from './navigation.ts';
import { connectOwnClient } from './own-client.ts';
import {
  dataDirectory,
  enginePath,
  findBuiltInModel,
  logPath,
  preloadPath,
  profileDirectory,
  rendererDirectory,
} from './paths.ts';
import { restrictPermissions } from './permissions.ts';
import { openPortDoor } from './port-door.ts';
import { disposeBeforeQuit } from './quit.ts';
import { openWindow, raiseWindow } from './window.ts';

// Until `whenReady` nothing may wait: Electron takes these only before it is ready.
app.enableSandbox();
registerAppScheme();
// Conversations lie beside it: nobody else's business on a shared machine.
mkdirSync(profileDirectory, { recursive: true, mode: 0o700 });
app.setPath('userData', profileDirectory);

const log = createLog(logPath);

let requestedModel = modelFromArguments(process.argv.slice(1), process.cwd());
/** Before there is a host to load it, what is opened replaces what the launch asked for. */
let openModel = (path: string): void => {
  requestedModel = path;
};
let showWindow = (): void => {};

if (app.requestSingleInstanceLock({ model: requestedModel })) {
  app.on('second-instance', (_event, args, workingDirectory, data) => {
    // The system may reorder arguments; what the other instance read from its own is certain.
    const model = modelOf(data) ?? modelFromArguments(args.slice(1), workingDirectory);
    if (model !== null) openModel(model);
    showWindow();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openModel(path);
    showWindow();
  });
  app.on('child-process-gone', (_event, { type, name, reason }) => {
    if (reason !== 'clean-exit') log(`a process of Chromium's ended: ${name ?? type}, ${reason}`);
  });
  guardNavigation(app, log);
  app.whenReady().then(start).catch(fail);
} else {
  app.quit();
}

async function start(): Promise<void> {
  serveAppScheme(session.defaultSession, rendererDirectory);
  restrictPermissions(session.defaultSession);
  installMenu({
    platform: process.platform,
    developerTools: !app.isPackaged,
    showDataFolder: () => void shell.openPath(dataDirectory),
  });

  const host = await createHost({
    dataDirectory,
    shell: 'electron',
    version: app.getVersion(),
    builtInModelPath: findBuiltInModel(app.isPackaged),
    launchEngine: createEngineLadder({
      ways: engineWays(enginePath),
      memoryPath: join(profileDirectory, 'engine-way.json'),
      release: `${app.getVersion()} on Electron ${process.versions.electron}`,
      log,
    }),
    pickFile: () => pickModelFile(firstWindow()),
    ...(requestedModel === null ? {} : { initialModelPath: requestedModel }),
  });
  disposeBeforeQuit(app, host, log);
  const { loadModel } = connectOwnClient(host, log);
  openModel = loadModel;
  openPortDoor(port => host.connect(port), log);

  showWindow = () => {
    const window = firstWindow();
    if (window !== null) raiseWindow(window);
    else {
      openWindow({
        preloadPath,
        statePath: join(profileDirectory, 'window.json'),
        session: session.defaultSession,
        log,
      });
    }
  };
  showWindow();
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    // On a Mac an app stays until it is told to quit.
    if (process.platform !== 'darwin') app.quit();
  });
}

function firstWindow(): BrowserWindow | null {
  return BrowserWindow.getAllWindows()[0] ?? null;
}

function modelOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('model' in data)) return null;
  return typeof data.model === 'string' ? data.model : null;
}

function fail(thrown: unknown): void {
  const { message, suggestion, details } = toErrorData(thrown);
  log(`could not start: ${message} ${details ?? ''}`);
  dialog.showErrorBox('Headroom could not start', [message, suggestion ?? ''].join('\n\n').trim());
  app.exit(1);
}
