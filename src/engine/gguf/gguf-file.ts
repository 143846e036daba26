import { AppError } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import { type GgufHeader, parseGgufHeader } from './gguf-header.ts';
import { firstRead, type HeaderSource } from './header-source.ts';
import { openLocalHeader } from './local-header.ts';
import { besidePath, lastSegment } from './model-path.ts';
import { openRemoteHeader, type RemoteOptions } from './remote-header.ts';
import { tensorBytes } from './tensor-size.ts';

/** No header that makes sense is larger; the largest vocabularies take about 20 MB. */
const maxHeaderBytes = 512 * 1024 * 1024;
/** Of a split file, how many parts are read at the same time. */
const partsAtOnce = 4;

export interface GgufFile {
  /** As it was asked for: a path, or a web address. */
  readonly path: string;
  /** Of all parts. */
  readonly fileBytes: number;
  /** Of the part that was changed last; null where that is not known. */
  readonly modifiedMs: number | null;
  readonly header: GgufHeader;
  /** Headers of the further parts of a model that is split over several files. */
  readonly furtherParts: readonly GgufHeader[];
}

/**
 * Reads and checks everything about a GGUF that can be checked without its weights. Nothing else may
 * open a model file before this has: the library's own reader aborts the process on some of them.
 *
 * @param path of the file, or of its first part; `https://...` and `http://...` are read from there, the
 * header alone
 * @throws AppError `model-file-missing`, `model-file-empty`, `model-not-gguf`, `model-truncated`,
 * `model-damaged`, `model-unsupported`; for an address also `model-file-unreachable`, `invalid-input`
 */
export async function readGgufFile(path: string, remote: RemoteOptions = {}): Promise<GgufFile> {
  const first = await readPart(path, remote);
  const count = first.header.metadata.get('split.count');
  if (typeof count !== 'number' || count < 2) return { path, ...first, furtherParts: [] };
  const siblings = siblingPathsOf(path, count);
  const parts = [first];
  for (let next = 0; next < siblings.length; next += partsAtOnce) {
    const some = siblings.slice(next, next + partsAtOnce);
    parts.push(...(await Promise.all(some.map(sibling => readPart(sibling, remote)))));
  }
  return {
    path,
    header: first.header,
    modifiedMs: latest(parts.map(part => part.modifiedMs)),
    fileBytes: parts.reduce((total, part) => total + part.fileBytes, 0),
    furtherParts: parts.slice(1).map(part => part.header),
  };
}

/** The files that a model consists of, in their order. */
export function partPaths({ path, furtherParts }: GgufFile): string[] {
  return [path, ...siblingPathsOf(path, furtherParts.length + 1)];
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter(time => time !== null);
  return known.length === times.length ? Math.max(...known) : null;
}

interface Part {
  readonly header: GgufHeader;
  readonly fileBytes: number;
  readonly modifiedMs: number | null;
}

async function readPart(path: string, remote: RemoteOptions): Promise<Part> {
  await using source = await (isRemote(path)
    ? openRemoteHeader(path, remote)
    : openLocalHeader(path));
  const { fileBytes, modifiedMs } = source;
  const header = await readHeader(source);
  checkTensorsWithinFile(header, fileBytes);
  return { header, fileBytes, modifiedMs };
}

async function readHeader(source: HeaderSource): Promise<GgufHeader> {
  const most = Math.min(source.fileBytes, maxHeaderBytes);
  let bytes = new Uint8Array(0);
  for (let length = Math.min(firstRead, most); ; length = Math.min(length * 4, most)) {
    const before = bytes;
    bytes = new Uint8Array(length);
    bytes.set(before);
    bytes.set(await source.read(before.length, length - before.length), before.length);
    const header = parseGgufHeader(bytes, source.fileBytes);
    if (header !== 'more') return header;
    if (length === most) {
      throw new AppError('model-damaged', 'The header of the model file is unreasonably large.', {
        suggestion: 'Download or copy the file again, or choose another one.',
      });
    }
  }
}

function checkTensorsWithinFile(header: GgufHeader, fileBytes: number): void {
  let end = header.dataOffset;
  for (const tensor of header.tensors) {
    const bytes = tensorBytes(tensor.type, tensor.dimensions) ?? 0;
    end = Math.max(end, header.dataOffset + tensor.offset + bytes);
  }
  if (header.tensors.length === 0 || end <= fileBytes) return;
  throw new AppError(
    'model-truncated',
    `The model file is incomplete: it has ${formatBytes(fileBytes)}, and its weights end at ${formatBytes(end)}.`,
    {
      suggestion: 'The download or copy was probably interrupted: fetch the file again.',
      details: `${fileBytes} of ${end} bytes`,
    },
  );
}

/** A split model is chosen by its first part (`name-00001-of-00003.gguf`); the others lie beside it. */
function siblingPathsOf(path: string, count: number): string[] {
  if (count === 1) return [];
  const match = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i.exec(lastSegment(path));
  if (match === null || Number(match[3]) !== count) {
    throw new AppError(
      'model-unsupported',
      `This file is one part of a model in ${count} parts, and its name does not say which.`,
      { suggestion: 'Give the parts the names that they were downloaded with.' },
    );
  }
  const [, stem = '', part = '', total = '', extension = ''] = match;
  if (Number(part) !== 1) {
    throw new AppError(
      'model-unsupported',
      `This file is part ${Number(part)} of a model in ${count} parts.`,
      { suggestion: `Choose the first part, ${stem}-00001-of-${total}${extension}.` },
    );
  }
  return Array.from({ length: count - 1 }, (_, index) =>
    besidePath(path, `${stem}-${String(index + 2).padStart(5, '0')}-of-${total}${extension}`),
  );
}
