import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Host } from '#host/host.ts';
import { pageHeaders } from '#shared/contract/page-headers.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';
import { createDoor, type Door } from './door.ts';
import { Heartbeat } from './heartbeat.ts';
import { createLaunchToken } from './launch-token.ts';
import { messageLimit } from './message-limit.ts';
import { servePageFiles } from './page-files.ts';
import { refuseConnection, refuseResponse } from './refusal.ts';

const loopback = '127.0.0.1';

export interface ServerOptions {
  /** Gets a port for every page that is let in; it outlives the server. */
  readonly host: Pick<Host, 'connect'>;
  /** The built page. */
  readonly rendererDirectory: string;
  /** Any free one when left out. */
  readonly port?: number;
}

export interface RunningServer extends AsyncDisposable {
  /** The address with this launch's token, in the part that browsers send to nobody. */
  readonly url: string;
}

/**
 * The browser shell: the page over HTTP, the contract over a WebSocket, on the loopback interface.
 *
 * @throws AppError `not-found` without a built page; `busy` or `not-allowed` when the port cannot be had
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const servePage = servePageFiles(options.rendererDirectory);
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const token = createLaunchToken();
  const door = createDoor(port, token);
  const headers = new Map(Object.entries(pageHeaders(door.hosts.map(host => `ws://${host}`))));

  server.on('request', (request, response) => {
    response.setHeaders(headers);
    const refusal = door.refuseRequest(request);
    if (refusal !== null) return refuseResponse(response, refusal);
    try {
      servePage(request, response);
    } catch {
      // A file that changed under the hands of sirv.
      if (response.headersSent) response.destroy();
      else refuseResponse(response, { status: 500, text: 'The file could not be read.' });
    }
  });
  server.on('clientError', (_error, socket) =>
    refuseConnection(
      socket,
      { status: 400, text: 'This is no HTTP request.' },
      Object.fromEntries(headers),
    ),
  );
  const sockets = acceptSockets(server, door, Object.fromEntries(headers), options.host);

  return {
    url: `http://${loopback}:${port}/#token=${token.value}`,
    async [Symbol.asyncDispose]() {
      sockets[Symbol.dispose]();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function acceptSockets(
  server: Server,
  door: Door,
  headers: Readonly<Record<string, string>>,
  host: Pick<Host, 'connect'>,
): Disposable {
  const heartbeat = new Heartbeat();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimit,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = door.refuseUpgrade(request);
    if (refusal !== null) return refuseConnection(socket, refusal, headers);
    sockets.handleUpgrade(request, socket, head, accepted => {
      heartbeat.watch(accepted);
      host.connect(createWebSocketPort(accepted));
    });
  });
  return {
    [Symbol.dispose]() {
      heartbeat[Symbol.dispose]();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** Answers the port that the server got. */
async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen({ host: loopback, port, exclusive: true });
    await once(server, 'listening');
  } catch (thrown) {
    throw portError(thrown, port);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new AppError('internal', 'The server has no address.');
  }
  return address.port;
}

function portError(thrown: unknown, port: number): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const suggestion = 'Choose another port, or none: then a free one is found.';
  switch (code) {
    case 'EADDRINUSE':
      return new AppError('busy', `Port ${port} is in use by another program.`, { suggestion });
    case 'EACCES':
      return new AppError('not-allowed', `The system does not let you use port ${port}.`, {
        suggestion,
      });
    default:
      return thrown;
  }
}
