import { AppError } from '#shared/errors/app-error.ts';

const downloadFirst = 'Download the file, then choose it here.';

/** An address as it may be shown: what is in front of the host or in the query can be a password. */
function shownAddress({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

export function notAnAddress(): AppError {
  return new AppError('invalid-input', 'This is not a complete web address.', {
    suggestion: 'It looks like https://host/folder/model.gguf.',
  });
}

/** @param answer anything but the part of the file that was asked for */
export function refusedBy({ status, headers }: Response, address: URL): AppError {
  const shown = shownAddress(address);
  const server = `The server of ${shown}`;
  if (status === 404 || status === 410) {
    return new AppError('model-file-missing', `There is no file at ${shown}.`, {
      suggestion: 'Check the address.',
    });
  }
  if (status === 401 || status === 403) {
    return unreachable(
      `${server} denies access to it (${status}).`,
      'Download the file where you are signed in, then choose it here.',
    );
  }
  if (status >= 500) return unreachable(`${server} has failed (${status}).`, 'Try again later.');
  if (status !== 200) {
    return unreachable(`${server} does not answer with a file (${status}).`, 'Check the address.');
  }
  if (headers.get('content-length') === '0') return emptyFile(address);
  if (headers.get('content-type')?.startsWith('text/html') === true) {
    return new AppError('model-not-gguf', `There is a web page at ${shown}, not a model file.`, {
      suggestion:
        'Use the address of the download itself: on Hugging Face it has /resolve/ where that of the page has /blob/.',
    });
  }
  return unreachable(
    `${server} sends whole files only, so that the header cannot be read alone.`,
    downloadFirst,
  );
}

export function emptyFile(address: URL): AppError {
  return new AppError('model-file-empty', `The file at ${shownAddress(address)} is empty.`, {
    suggestion: 'Choose another one.',
  });
}

export function otherPart(address: URL, details: string): AppError {
  return unreachable(
    `The server of ${shownAddress(address)} does not send the part of the file that it was asked for.`,
    downloadFirst,
    details,
  );
}

export function changedMeanwhile(address: URL): AppError {
  return unreachable(
    `The file at ${shownAddress(address)} changed while its header was read.`,
    'Try again.',
  );
}

export function silentServer(address: URL, silenceMs: number): AppError {
  return unreachable(
    `The server of ${shownAddress(address)} has sent nothing for ${silenceMs / 1000} seconds.`,
    'Try again later.',
  );
}

export function endlessRedirects(address: URL): AppError {
  return unreachable(
    `${shownAddress(address)} only leads from one address to the next.`,
    'Use the address of the file itself.',
  );
}

export function redirectedOffTheWeb(address: URL): AppError {
  return unreachable(
    `${shownAddress(address)} leads to something that is not a web address.`,
    'Use the address of the file itself.',
  );
}

/** @param error whatever `fetch` or the reading of its body threw */
export function brokenConnection(address: URL, error: unknown): AppError {
  // `fetch` itself only says that it failed.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? `${cause.code}: ` : '';
  return unreachable(
    `${shownAddress(address)} cannot be reached, or the connection broke.`,
    'Check the address and the connection to the network.',
    `${code}${String(cause)}`,
  );
}

function unreachable(message: string, suggestion: string, details?: string): AppError {
  return new AppError('model-file-unreachable', message, {
    suggestion,
    ...(details === undefined ? {} : { details }),
  });
}
