import { browser, devtools } from './chromium.ts';
import type { DevtoolsSession } from './devtools.ts';

/** Pages by target id: those that a window has asked for, each once Chromium has attached to it. */
const ours = new Map<string, PromiseWithResolvers<DevtoolsSession>>();
let opening: Promise<unknown> = Promise.resolve();

let watching: Promise<unknown> | undefined;

/** Every new page is held at its start until it is known whose it is. */
function watchTargets(): Promise<unknown> {
  browser.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type !== 'page') {
      void devtools
        .session(sessionId)
        .send('Runtime.runIfWaitingForDebugger')
        .catch(() => {});
      return;
    }
    const page = devtools.session(sessionId);
    // The answer to `createTarget` may be on its way behind this event.
    void opening.then(() => {
      const ourPage = ours.get(targetInfo.targetId);
      if (ourPage !== undefined) ourPage.resolve(page);
      else void closePopup(page, targetInfo.targetId);
    });
  });
  return browser.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
  });
}

/** Resumed first: closing a page that is held at its start can hang the page that opened it. */
async function closePopup(page: DevtoolsSession, targetId: string): Promise<void> {
  await page.send('Runtime.runIfWaitingForDebugger').catch(() => {});
  await browser.send('Target.closeTarget', { targetId }).catch(() => {});
}

/** An empty page, held until `Runtime.runIfWaitingForDebugger`. */
export async function openPage(
  width: number,
  height: number,
): Promise<{ targetId: string; devtools: DevtoolsSession }> {
  watching ??= watchTargets();
  await watching;
  const created = browser
    .send('Target.createTarget', { url: 'about:blank', width, height, newWindow: true })
    .then(({ targetId }) => {
      const attached = Promise.withResolvers<DevtoolsSession>();
      ours.set(targetId, attached);
      return { targetId, attached };
    });
  opening = Promise.allSettled([opening, created]);
  const { targetId, attached } = await created;
  return { targetId, devtools: await attached.promise };
}
