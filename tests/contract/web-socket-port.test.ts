import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';

test('a page that receives junk would stumble over closing, and stay on the broken line', async () => {
  await using undo = new AsyncDisposableStack();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  undo.defer(() => new Promise<void>(resolve => server.close(() => resolve())));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closeCode = new Promise<number>(resolve =>
    server.on('connection', socket => {
      socket.on('close', resolve);
      socket.send('no JSON');
    }),
  );
  // The platform's own socket, with the rules of a page.
  const page = createWebSocketPort(new WebSocket(`ws://127.0.0.1:${port}`));
  await new Promise<void>(resolve => page.onClose(resolve));
  expect(await closeCode).toBe(4003);
});
