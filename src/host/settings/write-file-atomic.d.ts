declare module 'write-file-atomic' {
  /** Writes beside the target, flushes to the disk, then renames over it. */
  function writeFileAtomic(
    path: string,
    data: string,
    options: { encoding: 'utf8' },
  ): Promise<void>;

  export = writeFileAtomic;
}
