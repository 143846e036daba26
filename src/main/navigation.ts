import { type App, shell } from 'electron';
import type { Log } from './log.ts';
import { isOwnUrl } from './origin.ts';

const longestExternalUrl = 4096;

/**
 * Keeps every web contents on Headroom's own page. A link that asks for a new window is handed to
 * the system's browser when it is plain https, and goes nowhere otherwise.
 */
export function guardNavigation(app: App, log: Log): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-frame-navigate', event => {
      if (event.isMainFrame && isOwnUrl(event.url)) return;
      event.preventDefault();
      log(`refused to navigate to ${shorten(event.url)}`);
    });
    contents.on('will-redirect', event => {
      if (isOwnUrl(event.url)) return;
      event.preventDefault();
      log(`refused a redirect to ${shorten(event.url)}`);
    });
    contents.setWindowOpenHandler(({ url }) => {
      if (isOpenableOutside(url)) {
        shell.openExternal(url).catch((error: unknown) => log(`could not open a link: ${error}`));
      } else {
        log(`refused to open ${shorten(url)}`);
      }
      return { action: 'deny' };
    });
    contents.on('will-attach-webview', event => event.preventDefault());
  });
}

/** The system opens any scheme with whatever program claims it: only https without credentials goes out. */
function isOpenableOutside(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    text.length <= longestExternalUrl &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === ''
  );
}

function shorten(url: string): string {
  return JSON.stringify(url.slice(0, 200));
}
