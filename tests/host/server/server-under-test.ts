import { mkdir, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startServer } from '#server/server.ts';
import type { Port } from '#shared/rpc/port.ts';
import { serveProbe } from '#tests/contract/fixtures/probe-contract.ts';
import { createTemporaryDirectory } from '../temporary-directory.ts';

export interface ServerUnderTest extends AsyncDisposable {
  readonly url: URL;
  readonly token: string;
  readonly rendererDirectory: string;
  /** The host's ends of the sockets that were let in. */
  readonly ports: readonly Port[];
}

/** The server over a page of two files and a host that serves the probe contract. */
export async function startTestServer(port?: number): Promise<ServerUnderTest> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await createTemporaryDirectory()).path;
  const rendererDirectory = join(folder, 'renderer');
  await mkdir(join(rendererDirectory, 'assets'), { recursive: true });
  await writeFile(join(rendererDirectory, 'index.html'), '<title>Headroom</title>');
  await writeFile(join(rendererDirectory, 'assets', 'page.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  const ports: Port[] = [];
  const server = undo.use(
    await startServer({
      host: {
        connect(accepted) {
          ports.push(accepted);
          serveProbe(accepted);
        },
      },
      rendererDirectory,
      ...(port === undefined ? {} : { port }),
    }),
  );
  const url = new URL(server.url);
  const owned = undo.move();
  return {
    url,
    token: new URLSearchParams(url.hash.slice(1)).get('token') ?? '',
    rendererDirectory,
    ports,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request as any program on this machine could send it: the path is taken literally. */
export function ask(
  { url }: Pick<ServerUnderTest, 'url'>,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: url.hostname, port: url.port, path, agent: false, ...options },
      response => {
        let body = '';
        response.setEncoding('utf8').on('data', piece => {
          body += piece;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

export interface SocketRequest {
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Opens a socket like the server's own page does, except for what is overridden. */
export function dial(
  server: Pick<ServerUnderTest, 'url' | 'token'>,
  { path = '/rpc', token = server.token, headers = {} }: SocketRequest = {},
): WebSocket {
  return new WebSocket(`ws://${server.url.host}${path}?token=${token}`, {
    headers: { Origin: server.url.origin, ...headers },
  });
}

/** How a dialled socket was refused. */
export function refusal(socket: WebSocket): Promise<Omit<Answer, 'body'>> {
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('The socket was let in.'));
    });
    socket.on('error', reject);
  });
}
