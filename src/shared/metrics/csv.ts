export type CsvCell = string | number | null;

/** Lines of cells as RFC 4180 writes them; null is an empty cell. */
export function csvText(lines: readonly (readonly CsvCell[])[]): string {
  return lines.map(line => `${line.map(field).join(',')}\r\n`).join('');
}

function field(cell: CsvCell): string {
  if (cell === null) return '';
  const text = String(cell);
  // What a spreadsheet would take for a formula is only a name.
  const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
