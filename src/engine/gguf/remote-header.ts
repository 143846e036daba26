import { firstRead, type HeaderSource } from './header-source.ts';
import { requestRange, type Target } from './range-request.ts';
import { changedMeanwhile, notAnAddress } from './remote-failure.ts';

export interface RemoteOptions {
  /** Ends the reading, with its reason. */
  readonly signal?: AbortSignal;
  /** How long a server may send nothing. */
  readonly silenceMs?: number;
}

/**
 * A file on a web server that answers range requests. No byte is asked for twice.
 *
 * @throws AppError as {@link requestRange}, and `invalid-input` for what is no address; so do its reads,
 * also where the file is another one meanwhile
 */
export async function openRemoteHeader(
  path: string,
  { signal, silenceMs = 30_000 }: RemoteOptions = {},
): Promise<HeaderSource> {
  const target = targetOf(path);
  const options = { address: target.url, signal, silenceMs };
  const first = await requestRange(target, 0, firstRead, options);
  return {
    fileBytes: first.fileBytes,
    modifiedMs: null,
    async read(offset, length) {
      const end = offset + length;
      if (end <= first.bytes.length) return first.bytes.subarray(offset, end);
      // Of whoever answered first: another mirror may number the same file differently.
      const range = await requestRange(first.target, offset, length, options);
      if (range.fileBytes === first.fileBytes && range.version === first.version) {
        return range.bytes;
      }
      throw changedMeanwhile(options.address);
    },
    // Every answer is read or cut off by the time that it is handed out.
    async [Symbol.asyncDispose]() {},
  };
}

function targetOf(path: string): Target {
  const url = URL.parse(path);
  if (url === null) throw notAnAddress();
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url, authorization: null };
  return { url, authorization: basicAuthorization(username, password) };
}

/** RFC 7617. */
function basicAuthorization(username: string, password: string): string {
  try {
    const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(plain).toString('base64')}`;
  } catch {
    throw notAnAddress();
  }
}
