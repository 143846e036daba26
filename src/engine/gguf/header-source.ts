/** How much of a model file is read at first: the header of a small model lies within it. Bytes. */
export const firstRead = 256 * 1024;

/** A model file, wherever it lies, of which the beginning is read. Whoever opens it disposes it. */
export interface HeaderSource extends AsyncDisposable {
  /** Size of the whole file. */
  readonly fileBytes: number;
  /** When it was changed last, in milliseconds since 1970; null where that is not known. */
  readonly modifiedMs: number | null;
  /**
   * Exactly these bytes, all of them within the file.
   *
   * @throws AppError where they cannot be had
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}
