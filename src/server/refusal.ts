import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from './door.ts';

const textHeaders = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };

/** The response has its security headers already. */
export function refuseResponse(response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, {
    ...textHeaders,
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    ...(status === 426 ? { Upgrade: 'websocket' } : {}),
  });
  response.end(`${text}\n`);
}

/** Answers on the bare connection, where Node has no response to offer, and ends it. */
export function refuseConnection(
  socket: Duplex,
  { status, text }: Refusal,
  headers: Readonly<Record<string, string>>,
): void {
  // A peer that is gone already is no concern of ours.
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return;
  const body = `${text}\n`;
  const lines = Object.entries({
    ...headers,
    ...textHeaders,
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
