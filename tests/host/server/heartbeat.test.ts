import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Heartbeat } from '#server/heartbeat.ts';
import { messageLimit } from '#server/message-limit.ts';

let server: WebSocketServer;
let heartbeat: Heartbeat;

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  heartbeat = new Heartbeat();
  await once(server, 'listening');
});
afterEach(async () => {
  heartbeat[Symbol.dispose]();
  for (const socket of server.clients) socket.terminate();
  await new Promise(resolve => server.close(resolve));
});

/** Both ends of a socket; `deaf` leaves pings unanswered. */
async function open(deaf: boolean): Promise<[served: WebSocket, page: WebSocket]> {
  const { port } = server.address() as AddressInfo;
  const page = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong: !deaf });
  const [[served]] = await Promise.all([once(server, 'connection'), once(page, 'open')]);
  heartbeat.watch(served);
  return [served, page];
}

test('a page that went without a word is cut off at the second round', async () => {
  const [served, page] = await open(true);
  const closed = once(page, 'close');
  heartbeat.beat();
  expect(served.readyState).toBe(WebSocket.OPEN);
  heartbeat.beat();
  await closed;
});

test('a page that answers is left alone, round after round', async () => {
  const [served, page] = await open(false);
  for (let round = 0; round < 3; round++) {
    const answered = once(served, 'pong');
    heartbeat.beat();
    await answered;
  }
  expect(served.readyState).toBe(WebSocket.OPEN);
  page.terminate();
});

test('a page that stopped reading is cut off before what waits for it fills the memory', async () => {
  const [served, page] = await open(false);
  page.pause();
  // The same bytes again and again: what waits is not copied.
  const piece = Buffer.alloc(messageLimit / 4);
  // More than the limit beyond what the operating system takes in.
  for (let sent = 0; sent < 6; sent++) served.send(piece);
  const closed = once(served, 'close');
  heartbeat.beat();
  await closed;
  page.terminate();
});
