import type { IncomingMessage } from 'node:http';
import type { LaunchToken } from './launch-token.ts';

/** Where the page opens its socket. */
const socketPath = '/rpc';

/** An HTTP status and a sentence for whoever reads it. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Decides who comes in. Null lets the request pass. */
export interface Door {
  readonly hosts: readonly string[];
  /** A request for a file. */
  refuseRequest(request: IncomingMessage): Refusal | null;
  /** A request to become a WebSocket. */
  refuseUpgrade(request: IncomingMessage): Refusal | null;
}

const foreignHost: Refusal = {
  status: 403,
  text: 'Headroom answers only under the address that it printed when it was started.',
};

/**
 * The loopback interface keeps other machines out; this keeps out what runs on this one in a browser:
 * pages of other origins, and names that were rebound to the loopback address.
 */
export function createDoor(port: number, token: LaunchToken): Door {
  const hosts = ['127.0.0.1', 'localhost'].map(name => (port === 80 ? name : `${name}:${port}`));
  const origins = hosts.map(host => `http://${host}`);

  const isForeign = ({ headers }: IncomingMessage) =>
    headers.host === undefined || !hosts.includes(headers.host.toLowerCase());

  function refuseToken(target: URL): Refusal | null {
    if (token.matches(target.searchParams.get('token') ?? '')) return null;
    return { status: 401, text: 'This link has no token, or that of another launch.' };
  }

  return {
    hosts,
    refuseRequest(request) {
      if (isForeign(request)) return foreignHost;
      const target = targetOf(request);
      if (target?.pathname === socketPath) {
        // A page that was not let in asks again like this, since a failed socket tells it nothing.
        return (
          refuseToken(target) ?? { status: 426, text: 'This address speaks WebSocket and no HTTP.' }
        );
      }
      if (request.method === 'GET' || request.method === 'HEAD') return null;
      return { status: 405, text: 'Only GET and HEAD are answered here.' };
    },
    refuseUpgrade(request) {
      if (isForeign(request)) return foreignHost;
      const target = targetOf(request);
      if (target?.pathname !== socketPath) {
        return { status: 404, text: 'There is no socket at this address.' };
      }
      if (!origins.includes(request.headers.origin ?? '')) {
        return { status: 403, text: 'Only the page of this server may open its socket.' };
      }
      return refuseToken(target);
    },
  };
}

/** Null where the request's target is no path of this server. */
function targetOf(request: IncomingMessage): URL | null {
  return request.url?.startsWith('/') ? URL.parse(`http://localhost${request.url}`) : null;
}
