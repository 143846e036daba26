import { AppError } from '#shared/errors/app-error.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';

/** For a server that takes the connection and never answers. */
const openDeadlineMs = 10_000;

/**
 * @throws AppError `not-allowed` when the server refuses this page for good, `connection-lost` when
 * it cannot be reached
 */
export async function openSocketPort(token: string): Promise<Port> {
  const url = new URL('rpc', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  url.search = new URLSearchParams({ token }).toString();
  const socket = new WebSocket(url);
  const port = createWebSocketPort(socket);
  if (await hasOpened(socket)) return port;
  port.close();
  if (await isRefused(url)) {
    throw new AppError('not-allowed', 'This link has no token, or that of another launch.', {
      suggestion: 'Open the link that Headroom printed when it was started last.',
    });
  }
  throw new AppError('connection-lost', 'Headroom cannot be reached.', {
    suggestion: 'Check that it is still running in its terminal.',
  });
}

function hasOpened(socket: WebSocket): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), openDeadlineMs);
    const settle = (opened: boolean) => () => {
      clearTimeout(timer);
      resolve(opened);
    };
    socket.addEventListener('open', settle(true));
    // A socket that the browser itself forbids has an error and no close.
    socket.addEventListener('error', settle(false));
    socket.addEventListener('close', settle(false));
  });
}

/** A page cannot see why a socket was not opened; the same request without the upgrade tells. */
async function isRefused(socketUrl: URL): Promise<boolean> {
  const url = new URL(socketUrl);
  url.protocol = location.protocol;
  try {
    const { status } = await fetch(url, { cache: 'no-store' });
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}
