import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#shared/errors/app-error.ts';
import type { HeaderSource } from './header-source.ts';

/** @throws AppError `model-file-missing`, `model-file-empty` */
export async function openLocalHeader(path: string): Promise<HeaderSource> {
  const { size, modifiedMs } = await fileSize(path);
  const file = await openFile(path);
  return {
    fileBytes: size,
    modifiedMs,
    read: (offset, length) => readExactly(file, offset, length),
    [Symbol.asyncDispose]: () => file.close(),
  };
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

async function readExactly(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) {
      throw new AppError('model-truncated', 'The model file became shorter while it was read.', {
        suggestion: 'Wait until it is written completely, then try again.',
      });
    }
    filled += bytesRead;
  }
  return bytes;
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
