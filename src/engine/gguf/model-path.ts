import { basename, dirname, join } from 'node:path';
import { isRemote } from '#shared/model/remote-path.ts';

/** The name of the file as people read it. */
export function fileNameOf(path: string): string {
  const segment = lastSegment(path);
  if (!isRemote(path)) return segment;
  try {
    return basename(decodeURIComponent(segment)) || new URL(path).host;
  } catch {
    // A per cent sign that encodes nothing.
    return segment;
  }
}

/** The end of a path as it is written in it: in an address still encoded, without the query. */
export function lastSegment(path: string): string {
  if (!isRemote(path)) return basename(path);
  const { pathname } = new URL(path);
  return pathname.slice(pathname.lastIndexOf('/') + 1);
}

/** The path that ends in another segment. An address keeps its query, which may hold the permission. */
export function besidePath(path: string, segment: string): string {
  if (!isRemote(path)) return join(dirname(path), segment);
  const url = new URL(path);
  url.pathname = url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1) + segment;
  return url.href;
}
