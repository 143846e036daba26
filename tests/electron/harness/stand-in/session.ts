import type Electron from 'electron';
import { browser } from './chromium.ts';
import { mapScheme, toChromium } from './scheme-mapping.ts';

type Handler = Parameters<Electron.Protocol['handle']>[1];
type CheckHandler = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>;
type RequestHandler = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>;
type Permission = Parameters<RequestHandler>[1];

let appIsReady = false;
export function closeEarlySettings(): void {
  appIsReady = true;
}
export function assertEarly(what: string): void {
  if (appIsReady) throw new Error(`${what} must be called before the app is ready`);
}

/** Handlers by scheme; requests come from the windows' `Fetch` interception. */
class Protocol implements Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'> {
  readonly #handlers = new Map<string, Handler>();

  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    assertEarly('protocol.registerSchemesAsPrivileged');
    for (const { scheme, privileges } of schemes) {
      // What is not both has an opaque origin, which an https host cannot play.
      if (privileges?.standard === true && privileges.secure === true) mapScheme(scheme);
    }
  }

  handle(scheme: string, handler: Handler): void {
    if (this.#handlers.has(scheme)) throw new Error(`${scheme} is handled already`);
    this.#handlers.set(scheme, handler);
  }

  handlerFor(url: string): Handler | undefined {
    return this.#handlers.get(url.slice(0, url.indexOf(':')));
  }
}

/** Chromium's names for what Electron's handlers are asked about. */
const permissions: readonly (readonly [Permission, string])[] = [
  ['notifications', 'notifications'],
  ['geolocation', 'geolocation'],
  ['media', 'camera'],
  ['media', 'microphone'],
  ['midi', 'midi'],
  ['clipboard-read', 'clipboard-read'],
  ['clipboard-sanitized-write', 'clipboard-write'],
  ['idle-detection', 'idle-detection'],
  ['persistent-storage', 'persistent-storage'],
  ['screen-wake-lock', 'screen-wake-lock'],
  ['window-management', 'window-management'],
  ['local-fonts', 'local-fonts'],
];

class Session
  implements
    Pick<
      Electron.Session,
      'setPermissionCheckHandler' | 'setPermissionRequestHandler' | 'setDevicePermissionHandler'
    >
{
  readonly protocol = new Protocol();
  #check: CheckHandler | null = null;
  #request: RequestHandler | null = null;

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#check = handler;
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#request = handler;
  }

  /** Chromium over DevTools offers no devices at all. */
  setDevicePermissionHandler(): void {}

  /**
   * No event of the DevTools protocol tells of a permission request, so the app's two handlers are
   * asked beforehand, for the page about to be loaded, and Chromium is told their answers.
   */
  async applyPermissions(contents: Electron.WebContents, url: string): Promise<void> {
    const origin = /^[a-z]+:\/\/[^/]+/.exec(url)?.[0];
    const chromiumOrigin = /^https:\/\/[^/]+/.exec(toChromium(url))?.[0];
    if (origin === undefined || chromiumOrigin === undefined) return;
    for (const [permission, name] of permissions) {
      const details = { isMainFrame: true, requestingUrl: url };
      const granted =
        (this.#check?.(contents, permission, `${origin}/`, details) ?? true) &&
        (await this.#ask(contents, permission, details));
      await browser.send('Browser.setPermission', {
        permission: { name },
        setting: granted ? 'granted' : 'denied',
        origin: chromiumOrigin,
      });
    }
  }

  #ask(
    contents: Electron.WebContents,
    permission: Permission,
    details: Electron.PermissionRequest,
  ): Promise<boolean> {
    const handler = this.#request;
    // As in Electron: without a handler everything is granted.
    if (handler === null) return Promise.resolve(true);
    return new Promise(resolve => handler(contents, permission, resolve, details));
  }
}

const defaultSession = new Session();

export const protocol = defaultSession.protocol;
export const session = { defaultSession };
