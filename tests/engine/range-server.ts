import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Asked {
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** First and last byte of the range. */
  readonly from: number;
  readonly to: number;
}

export type Answer = (response: ServerResponse, asked: Asked) => void;

/** A web server on the loopback interface that remembers what it was asked. */
export interface RangeServer extends AsyncDisposable {
  readonly origin: string;
  readonly asked: readonly Asked[];
  /** Everything that went over its connections to the clients, heads of answers included. */
  sentBytes(): number;
}

/** @param answer to every request */
export async function startRangeServer(answer: Answer): Promise<RangeServer> {
  const asked: Asked[] = [];
  const sockets: Socket[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const request = { url, headers, from: Number(from), to: Number(to) };
    asked.push(request);
    answer(response, request);
  });
  server.on('connection', socket => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    sentBytes: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** As a server does that knows ranges. */
export function sendRange(
  response: ServerResponse,
  file: Uint8Array,
  { from, to }: Pick<Asked, 'from' | 'to'>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const part = file.subarray(from, to + 1);
  response.writeHead(206, {
    'content-range': `bytes ${from}-${from + part.length - 1}/${file.length}`,
    'content-length': part.length,
    ...headers,
  });
  response.end(part);
}
