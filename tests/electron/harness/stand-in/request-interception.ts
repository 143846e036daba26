import type Electron from 'electron';
import type { DevtoolsSession } from './devtools.ts';
import { fromChromium } from './scheme-mapping.ts';

type ProtocolHandler = Parameters<Electron.Protocol['handle']>[1];

interface Interception {
  handlerFor(url: string): ProtocolHandler | undefined;
  /** Asks the app's navigation guards. */
  mayNavigate(frameId: string, url: string): boolean;
}

/** Serves the app's own schemes from its handlers; everything else ends here, as without a network. */
export async function interceptRequests(
  devtools: DevtoolsSession,
  { handlerFor, mayNavigate }: Interception,
): Promise<void> {
  devtools.on('Fetch.requestPaused', ({ requestId, request, frameId, resourceType }) => {
    const url = fromChromium(request.url);
    void answer(requestId, url, request, resourceType === 'Document' ? frameId : null)
      // The page closed or moved on while its request was being answered.
      .catch(() => {});
  });
  await devtools.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });

  async function answer(
    requestId: string,
    url: string,
    request: { method: string; headers: Record<string, string> },
    navigatingFrame: string | null,
  ): Promise<void> {
    if (navigatingFrame !== null && !mayNavigate(navigatingFrame, url)) {
      await devtools.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const handler = handlerFor(url);
    if (handler === undefined) {
      await devtools.send('Fetch.failRequest', { requestId, errorReason: 'InternetDisconnected' });
      return;
    }
    try {
      const { method, headers } = request;
      const response = await handler(new Request(url, { method, headers }));
      await devtools.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: response.status,
        responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
        body: Buffer.from(await response.arrayBuffer()).toString('base64'),
      });
    } catch {
      // Electron turns a throwing handler into ERR_UNEXPECTED.
      await devtools.send('Fetch.failRequest', { requestId, errorReason: 'Failed' });
    }
  }
}
