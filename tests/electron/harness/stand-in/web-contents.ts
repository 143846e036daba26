import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import type Electron from 'electron';
import { app } from './app.ts';
import { browser } from './chromium.ts';
import type { DevtoolsSession } from './devtools.ts';
import { ipcMain } from './ipc-main.ts';
import { openPage } from './page-targets.ts';
import {
  bindingName,
  entryName,
  type FromPage,
  isolatedWorld,
  pageWorld,
  preloadWorld,
  type WorldNames,
} from './page-worlds.ts';
import { interceptRequests } from './request-interception.ts';
import { toChromium } from './scheme-mapping.ts';
import { session as sessions } from './session.ts';
import { nativeTheme } from './system.ts';
import { WebFrameMain } from './web-frame.ts';
import { createWireFormat } from './wire-value.ts';

const format = createWireFormat();
let nextId = 1;

/** `WebContents` over one page of Chromium. What a method needs of the page waits until that is open. */
export class WebContents
  extends EventEmitter
  implements
    Pick<
      Electron.WebContents,
      | 'executeJavaScript'
      | 'forcefullyCrashRenderer'
      | 'getURL'
      | 'id'
      | 'isCrashed'
      | 'isDestroyed'
      | 'loadURL'
      | 'reload'
      | 'setWindowOpenHandler'
    >
{
  readonly id = nextId++;
  readonly session = sessions.defaultSession;
  readonly #preferences: Electron.WebPreferences;
  readonly #opened: Promise<{ targetId: string; devtools: DevtoolsSession }>;
  readonly #frames = new Map<string, WebFrameMain>();
  #mainFrame: WebFrameMain | undefined;
  #windowOpenHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | undefined;
  #state: 'alive' | 'crashed' | 'destroyed' = 'alive';
  /** Main itself asked for the next navigation, which therefore raises no `will-navigate`. */
  #ownNavigation = false;
  #loading: Promise<void> = Promise.resolve();

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.#preferences = options.webPreferences ?? {};
    assertPlayable(this.#preferences);
    this.#opened = this.#open(options.width ?? 800, options.height ?? 600);
    this.#opened.catch(error => app.emit('harness-failed', error));
    app.emit('web-contents-created', {}, this);
  }

  get mainFrame(): WebFrameMain {
    if (this.#mainFrame === undefined) throw new Error('The page is not open yet.');
    return this.#mainFrame;
  }

  getURL = (): string => this.#mainFrame?.url ?? '';
  isCrashed = (): boolean => this.#state === 'crashed';
  isDestroyed = (): boolean => this.#state === 'destroyed';

  setWindowOpenHandler(handler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0]): void {
    this.#windowOpenHandler = handler;
  }

  /** One after the other, so that each request is known to be its own. */
  loadURL(url: string): Promise<void> {
    const load = this.#loading.then(() => this.#load(url));
    this.#loading = load.catch(() => {});
    return load;
  }

  reload(): void {
    void this.#opened.then(async ({ devtools }) => {
      this.#state = 'alive';
      this.#ownNavigation = true;
      await devtools.send('Page.reload');
    });
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const { devtools } = await this.#opened;
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      expression: code,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  forcefullyCrashRenderer(): void {
    // It never answers: the process that would is gone.
    void this.#opened.then(({ devtools }) => devtools.send('Page.crash')).catch(() => {});
  }

  /** The window closed. */
  async destroy(): Promise<void> {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    for (const frame of this.#frames.values()) frame.enterContext(undefined);
    this.emit('destroyed');
    const { targetId } = await this.#opened;
    await browser.send('Target.closeTarget', { targetId }).catch(() => {});
  }

  async #load(url: string): Promise<void> {
    const { devtools } = await this.#opened;
    await this.session.applyPermissions(asElectron(this), url);
    const loaded = once(this, 'did-finish-load');
    this.#ownNavigation = true;
    const { errorText } = await devtools.send('Page.navigate', { url: toChromium(url) });
    this.#ownNavigation = false;
    if (errorText !== undefined) throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  async #open(width: number, height: number) {
    const { targetId, devtools } = await openPage(width, height);
    this.#mainFrame = new WebFrameMain(devtools, null);
    this.#frames.set(targetId, this.#mainFrame);
    this.#followFrames(devtools);
    this.#followWorlds(devtools);
    devtools.on('Page.windowOpen', ({ url, windowName, windowFeatures }) =>
      this.#windowOpen(url, windowName, windowFeatures),
    );
    devtools.on('Page.loadEventFired', () => this.emit('did-finish-load'));
    devtools.on('Inspector.targetCrashed', () => {
      this.#state = 'crashed';
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    });
    await Promise.all([
      devtools.send('Page.enable'),
      devtools.send('Runtime.enable'),
      devtools.send('Inspector.enable'),
      interceptRequests(devtools, {
        handlerFor: url => this.session.protocol.handlerFor(url),
        mayNavigate: (frameId, url) => this.#mayNavigate(frameId, url),
      }),
      devtools.send('Runtime.addBinding', {
        name: bindingName,
        executionContextName: preloadWorld,
      }),
      this.#followTheme(devtools),
      ...this.#injectWorlds(devtools),
      devtools.send('Runtime.runIfWaitingForDebugger'),
    ]);
    return { targetId, devtools };
  }

  #followFrames(devtools: DevtoolsSession): void {
    devtools.on('Page.frameAttached', ({ frameId, parentFrameId }) => {
      const parent = this.#frames.get(parentFrameId) ?? null;
      this.#frames.set(frameId, new WebFrameMain(devtools, parent));
    });
    devtools.on('Page.frameNavigated', ({ frame }) => {
      this.#frames.get(frame.id)?.navigated(frame.url + (frame.urlFragment ?? ''));
    });
    devtools.on('Page.frameDetached', ({ frameId }) => {
      this.#frames.get(frameId)?.enterContext(undefined);
      this.#frames.delete(frameId);
    });
  }

  #followWorlds(devtools: DevtoolsSession): void {
    devtools.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== preloadWorld) return;
      // Parsed boundary: the protocol leaves `auxData` open; for a page it names the frame.
      const { frameId } = context.auxData as { frameId: string };
      this.#frames.get(frameId)?.enterContext(context.id);
    });
    const leave = (contextId: number | undefined) => {
      for (const frame of this.#frames.values()) {
        if (contextId === undefined || frame.hasContext(contextId)) frame.enterContext(undefined);
      }
    };
    devtools.on('Runtime.executionContextDestroyed', event => leave(event.executionContextId));
    devtools.on('Runtime.executionContextsCleared', () => leave(undefined));
    devtools.on('Runtime.bindingCalled', ({ payload, executionContextId }) => {
      const frame = [...this.#frames.values()].find(each => each.hasContext(executionContextId));
      if (frame === undefined) return;
      // Parsed boundary: the isolated world encoded it.
      const packet = format.decode(payload) as FromPage;
      if (packet.type === 'ipc') {
        const event = { sender: this, senderFrame: frame, ports: [], type: 'frame' };
        ipcMain.emit(packet.channel, event, ...packet.args);
      } else {
        frame.receive(packet);
      }
    });
  }

  #injectWorlds(devtools: DevtoolsSession): Promise<unknown>[] {
    const names: WorldNames = { binding: bindingName, entry: entryName, secret: randomUUID() };
    const page = `(${pageWorld})(${JSON.stringify(names)});`;
    const { preload } = this.#preferences;
    if (preload === undefined) return [];
    // The sandbox gives a preload a `require` of its own and no other module.
    const isolated = `(${isolatedWorld})(${JSON.stringify(names)}, (${createWireFormat})(), require => {
      const module = { exports: {} };
      (function (exports) { ${readFileSync(preload, 'utf8')}
      })(module.exports);
    });`;
    return [
      devtools.send('Page.addScriptToEvaluateOnNewDocument', { source: page }),
      devtools.send('Page.addScriptToEvaluateOnNewDocument', {
        source: isolated,
        worldName: preloadWorld,
      }),
    ];
  }

  async #followTheme(devtools: DevtoolsSession): Promise<void> {
    const apply = () => {
      const value = nativeTheme.themeSource === 'system' ? '' : nativeTheme.themeSource;
      return devtools.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value }],
      });
    };
    nativeTheme.on('updated', () => void apply().catch(() => {}));
    await apply();
  }

  #mayNavigate(frameId: string, url: string): boolean {
    const isMainFrame = this.#frames.get(frameId) === this.#mainFrame;
    if (isMainFrame && this.#ownNavigation) {
      this.#ownNavigation = false;
      return true;
    }
    let prevented = false;
    const event = {
      url,
      isMainFrame,
      isSameDocument: false,
      preventDefault: () => {
        prevented = true;
      },
    };
    this.emit('will-frame-navigate', event);
    if (isMainFrame && !prevented) this.emit('will-navigate', event, url);
    return !prevented;
  }

  #windowOpen(url: string, frameName: string, features: string[]): void {
    const answer = this.#windowOpenHandler?.({
      url,
      frameName,
      features: features.join(','),
      disposition: 'new-window',
      referrer: { url: '', policy: 'default' },
    });
    // `page-targets.ts` closes whatever opens; a window that the app allows is not built here.
    if (answer?.action !== 'deny') {
      app.emit('harness-failed', new Error(`The app allowed a window for ${url}.`));
    }
  }
}

/** A page of Chromium's is sandboxed and isolated; no other kind can be played, so none is accepted. */
function assertPlayable(preferences: Electron.WebPreferences): void {
  const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = preferences;
  if (!sandbox || !contextIsolation || nodeIntegration !== false || !webSecurity || webviewTag) {
    throw new Error('The harness plays only windows with every security setting written out.');
  }
}

/** Handlers are typed for the whole class; the stand-in has the part that Headroom uses. */
function asElectron(contents: WebContents): Electron.WebContents {
  return contents as unknown as Electron.WebContents;
}
