/** A file that the user gets. */
export interface ExportedFile {
  /** Safe on every file system. */
  readonly fileName: string;
  readonly text: string;
}

/** Names that Windows keeps for devices, whatever stands behind the dot. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A file's name without its extension: letters and digits of any script, the rest as single hyphens.
 *
 * @param otherwise where nothing of the title is left
 */
export function fileStem(title: string, otherwise: string): string {
  const stem = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const name = Array.from(stem).slice(0, 60).join('') || otherwise;
  return reserved.test(name) ? `${name}-${otherwise}` : name;
}
