import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { type GgufHeader, parseGgufHeader } from './gguf-header.ts';
import { tensorBytes } from './tensor-size.ts';

const firstRead = 256 * 1024;
/** No header that makes sense is larger; the largest vocabularies take about 20 MB. */
const maxHeaderBytes = 512 * 1024 * 1024;

export interface GgufFile {
  readonly path: string;
  /** Of all parts. */
  readonly fileBytes: number;
  readonly modifiedMs: number;
  readonly header: GgufHeader;
  /** Headers of the further parts of a model that is split over several files. */
  readonly furtherParts: readonly GgufHeader[];
}

/**
 * Reads and checks everything about a GGUF that can be checked without its weights. Nothing else may
 * open a model file before this has: the library's own reader aborts the process on some of them.
 *
 * @throws AppError `model-file-missing`, `model-file-empty`, `model-not-gguf`, `model-truncated`,
 * `model-damaged`, `model-unsupported`
 */
export async function readGgufFile(path: string): Promise<GgufFile> {
  const first = await readPart(path);
  const count = first.header.metadata.get('split.count');
  if (typeof count !== 'number' || count < 2) return { path, ...first, furtherParts: [] };
  const parts = await Promise.all(siblingPaths(path, count).map(readPart));
  return {
    path,
    header: first.header,
    modifiedMs: Math.max(first.modifiedMs, ...parts.map(part => part.modifiedMs)),
    fileBytes: parts.reduce((total, part) => total + part.fileBytes, first.fileBytes),
    furtherParts: parts.map(part => part.header),
  };
}

interface Part {
  readonly header: GgufHeader;
  readonly fileBytes: number;
  readonly modifiedMs: number;
}

async function readPart(path: string): Promise<Part> {
  const { size, modifiedMs } = await fileSize(path);
  await using file = await openFile(path);
  const header = await readHeader(file, size);
  checkTensorsWithinFile(header, size);
  return { header, fileBytes: size, modifiedMs };
}

async function fileSize(path: string): Promise<{ size: number; modifiedMs: number }> {
  const found = await stat(path).catch(error => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) {
    throw new AppError('model-file-missing', `${path} is a folder, not a model file.`, {
      suggestion: 'Choose a .gguf file inside it.',
    });
  }
  if (found.size === 0) {
    throw new AppError('model-file-empty', `${basename(path)} is empty.`, {
      suggestion: 'The download or copy probably failed: fetch the file again.',
    });
  }
  return { size: found.size, modifiedMs: found.mtimeMs };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readHeader(file: FileHandle, fileBytes: number): Promise<GgufHeader> {
  const most = Math.min(fileBytes, maxHeaderBytes);
  for (let length = Math.min(firstRead, most); ; length = Math.min(length * 4, most)) {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, 0);
    const header = parseGgufHeader(bytes.subarray(0, bytesRead), fileBytes);
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
function siblingPaths(path: string, count: number): string[] {
  const match = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i.exec(basename(path));
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
    join(dirname(path), `${stem}-${String(index + 2).padStart(5, '0')}-of-${total}${extension}`),
  );
}

function unreadable(path: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('model-file-missing', `There is no file at ${path}.`, {
      suggestion: 'It was probably moved, renamed or deleted: choose the file again.',
    });
  }
  return new AppError(
    'model-file-missing',
    code === 'EACCES' || code === 'EPERM'
      ? `${path} cannot be opened: access is denied.`
      : `${path} cannot be opened.`,
    {
      suggestion: 'Check that the file and its folder can be read, or choose another file.',
      details: String(error),
    },
  );
}
