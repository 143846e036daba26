import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { AppError } from '#shared/errors/app-error.ts';
import { refuseResponse } from './refusal.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves the built page, and nothing outside of its folder.
 *
 * @throws AppError `not-found` when the page is not built
 */
export function servePageFiles(directory: string): RequestListener {
  if (!existsSync(join(directory, 'index.html'))) {
    throw new AppError('not-found', `The page of Headroom is not built: ${directory} is empty.`, {
      suggestion: 'Run "npm run build" in the folder of Headroom, then start it again.',
    });
  }
  const serve = sirv(directory, {
    // Looks at the disk for every request: a build while the server runs replaces the files.
    dev: true,
    etag: true,
    onNoMatch: (_request, response) =>
      refuseResponse(response, { status: 404, text: 'There is nothing at this address.' }),
  });
  return (request, response) => {
    // sirv throws at a reversed range; the files are small enough to be sent whole.
    delete request.headers.range;
    // Nor does it listen to the file's stream, and a file that vanishes would end the process.
    response.on('pipe', file => file.on('error', () => response.destroy()));
    serve(request, response);
  };
}
