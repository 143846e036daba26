import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { pageHeaders } from '#shared/contract/page-headers.ts';
import { isOwnUrl } from './origin.ts';

/** Sent with every answer of the app's protocol, refusals included. */
const headers: Readonly<Record<string, string>> = {
  ...pageHeaders([]),
  // The files change with the app's version; a stale page must never meet a newer main process.
  'Cache-Control': 'no-cache',
};

/** Also the allow-list: what the renderer's build never makes is not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * Serves the files of one folder as `app://headroom/`. Nothing outside the folder can be reached,
 * neither by dots (encoded or not) nor by a link that leads out: the real path decides.
 */
export function createAppProtocol(directory: string): (request: Request) => Promise<Response> {
  return async request => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    if (!isOwnUrl(request.url)) return refuse(403);
    const path = relativePath(request.url);
    if (path === null) return refuse(400);
    const mediaType = mediaTypes[extname(path).toLowerCase()];
    if (mediaType === undefined) return refuse(404);
    try {
      const root = await realpath(directory);
      const file = await realpath(join(root, path));
      if (!file.startsWith(root + sep)) return refuse(403);
      const body = request.method === 'HEAD' ? null : await readFile(file);
      return new Response(body, { headers: { ...headers, 'Content-Type': mediaType } });
    } catch (error) {
      if (isMissing(error)) return refuse(404);
      throw error;
    }
  };
}

/** Null for what no file can be named: broken escapes, a null byte, a backslash that Windows reads as a separator. */
function relativePath(url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  return path === '/' ? '/index.html' : path;
}

function refuse(status: number): Response {
  return new Response(null, { status, headers });
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(String(error.code));
}
