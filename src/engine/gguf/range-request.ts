import { AppError } from '#shared/errors/app-error.ts';
import {
  brokenConnection,
  changedMeanwhile,
  emptyFile,
  endlessRedirects,
  otherPart,
  redirectedOffTheWeb,
  refusedBy,
  silentServer,
} from './remote-failure.ts';

const maxRedirects = 5;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Where a file is asked for. */
export interface Target {
  /** Without user name and password, which `fetch` does not take. */
  readonly url: URL;
  readonly authorization: string | null;
}

export interface RequestOptions {
  /** What the user named: errors speak of it, wherever redirects lead. */
  readonly address: URL;
  /** Ends the request, with its reason. */
  readonly signal: AbortSignal | undefined;
  /** How long the server may send nothing. */
  readonly silenceMs: number;
}

/** A part of a file, as it was asked for. */
export interface Range {
  readonly bytes: Uint8Array;
  /** Size of the whole file. */
  readonly fileBytes: number;
  /** A changed file has another; null where the server does not number them. */
  readonly version: string | null;
  /** Who answered in the end. */
  readonly target: Target;
}

/**
 * Asks a web server for a part of a file (RFC 9110, section 14) and holds the answer against the
 * question. Nothing is read but what was asked for: any other answer, and what comes after this one, is
 * cut off.
 *
 * @param length bytes; where the file ends before, those up to its end
 * @throws AppError `model-file-unreachable`, `model-file-missing`, `model-file-empty`, and
 * `model-not-gguf` for a web page; the signal's reason
 */
export async function requestRange(
  target: Target,
  offset: number,
  length: number,
  { address, signal, silenceMs }: RequestOptions,
): Promise<Range> {
  using silence = new SilenceWatch(silenceMs);
  const either = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  try {
    const asked = `bytes=${offset}-${offset + length - 1}`;
    const { response, answering } = await followed(target, asked, address, either, silence);
    const fileBytes = checkedSize(response, offset, length, address);
    const expected = Math.min(length, fileBytes - offset);
    return {
      bytes: await body(response, expected, address, silence),
      fileBytes,
      version: response.headers.get('etag') ?? response.headers.get('last-modified'),
      target: answering,
    };
  } catch (thrown) {
    signal?.throwIfAborted();
    if (thrown instanceof AppError) throw thrown;
    if (silence.signal.aborted) throw silentServer(address, silenceMs);
    throw brokenConnection(address, thrown);
  }
}

/** The first answer that is not a redirect. */
async function followed(
  start: Target,
  range: string,
  address: URL,
  signal: AbortSignal,
  silence: SilenceWatch,
): Promise<{ response: Response; answering: Target }> {
  let answering = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const { url, authorization } = answering;
    const response = await fetch(url, {
      // `fetch` itself adds that a range must not be compressed.
      headers: { range, ...(authorization === null ? {} : { authorization }) },
      redirect: 'manual',
      signal,
    });
    silence.interrupt();
    if (!redirects.includes(response.status)) return { response, answering };
    await response.body?.cancel();
    answering = redirected(answering, response.headers.get('location'), address);
  }
  throw endlessRedirects(address);
}

/** A password goes to nobody but whom it is for. */
function redirected({ url, authorization }: Target, location: string | null, address: URL): Target {
  const next = location === null ? null : URL.parse(location, url.href);
  if (next === null || !['http:', 'https:'].includes(next.protocol)) {
    throw redirectedOffTheWeb(address);
  }
  next.username = '';
  next.password = '';
  return { url: next, authorization: next.origin === url.origin ? authorization : null };
}

/** Size of the whole file, of an answer that holds the part that was asked for and nothing else. */
function checkedSize(response: Response, offset: number, length: number, address: URL): number {
  const { status, headers } = response;
  if (status === 416) throw offset === 0 ? emptyFile(address) : changedMeanwhile(address);
  if (status !== 206) throw refusedBy(response, address);
  const range = headers.get('content-range') ?? '';
  const [from, to, size] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(range)?.slice(1) ?? []).map(Number);
  const promised = Number(headers.get('content-length') ?? Number.NaN);
  if (
    size === undefined ||
    !Number.isSafeInteger(size) ||
    from !== offset ||
    to !== Math.min(offset + length, size) - 1 ||
    to < from ||
    (headers.has('content-length') && promised !== to - from + 1) ||
    headers.has('content-encoding')
  ) {
    throw otherPart(address, `${length} bytes from ${offset}: ${range.slice(0, 100)}`);
  }
  return size;
}

async function body(
  { body: chunks }: Response,
  expected: number,
  address: URL,
  silence: SilenceWatch,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(expected);
  let filled = 0;
  for await (const chunk of chunks ?? []) {
    silence.interrupt();
    const wanted = chunk.subarray(0, expected - filled);
    bytes.set(wanted, filled);
    filled += wanted.length;
    if (filled === expected) return bytes;
  }
  throw brokenConnection(address, new Error(`${filled} of ${expected} bytes came`));
}

/** Aborts its signal when nothing has interrupted the silence for so long, and when it is disposed. */
class SilenceWatch implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(longestMs: number) {
    this.#timer = setTimeout(() => this.#abort.abort(), longestMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  interrupt(): void {
    this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }
}
