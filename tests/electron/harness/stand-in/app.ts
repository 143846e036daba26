import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Electron from 'electron';
import { closeChromium, endpoint } from './chromium.ts';
import { openWindows } from './open-windows.ts';
import { assertEarly, closeEarlySettings } from './session.ts';

type PathName = Parameters<Electron.App['setPath']>[0];

class App
  extends EventEmitter
  implements
    Pick<
      Electron.App,
      | 'enableSandbox'
      | 'exit'
      | 'getPath'
      | 'getVersion'
      | 'isPackaged'
      | 'isReady'
      | 'quit'
      | 'requestSingleInstanceLock'
      | 'setPath'
      | 'whenReady'
    >
{
  readonly isPackaged = false;
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #quitting = false;

  constructor() {
    super();
    this.on('harness-failed', error => {
      process.stderr.write(`harness: ${error instanceof Error ? error.stack : error}\n`);
      this.exit(70);
    });
    // Electron waits for the main module's first run before it is ready.
    setImmediate(() => {
      endpoint.then(
        () => {
          closeEarlySettings();
          this.#isReady = true;
          this.emit('ready', {}, {});
          this.#ready.resolve();
        },
        error => this.emit('harness-failed', error),
      );
    });
  }

  isReady = (): boolean => this.#isReady;
  whenReady = (): Promise<void> => this.#ready.promise;
  enableSandbox = (): void => assertEarly('app.enableSandbox');
  /** Always the first one: there is no operating system's lock behind it. */
  requestSingleInstanceLock = (): boolean => true;

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  getPath(name: PathName): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`The harness has no path "${name}".`);
    return path;
  }

  /** That of the package.json above the bundle, as Electron takes it from the app's folder. */
  getVersion(): string {
    const bundle = process.argv[1] ?? '.';
    const manifest = join(dirname(bundle), '..', '..', 'package.json');
    return String(JSON.parse(readFileSync(manifest, 'utf8')).version);
  }

  quit(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    if (!this.#emitPreventable('before-quit')) {
      this.#quitting = false;
      return;
    }
    for (const window of [...openWindows]) window.close();
    if (openWindows.size > 0 || !this.#emitPreventable('will-quit')) {
      this.#quitting = false;
      return;
    }
    this.exit(0);
  }

  exit(code = 0): void {
    for (const window of [...openWindows]) window.destroy();
    this.emit('quit', {}, code);
    void closeChromium().finally(() => process.exit(code));
  }

  windowClosed(): void {
    if (openWindows.size > 0 || this.#quitting) return;
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }

  #emitPreventable(event: string): boolean {
    let prevented = false;
    this.emit(event, {
      preventDefault: () => {
        prevented = true;
      },
    });
    return !prevented;
  }
}

export const app = new App();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  void once(process, signal).then(() => app.quit());
}
