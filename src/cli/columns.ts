/** Cells padded to columns; the first is text, the others are figures. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = new Map<number, number>();
  for (const row of rows.filter(cells => cells.length > 2)) {
    row.forEach((cell, column) => {
      widths.set(column, Math.max(widths.get(column) ?? 0, cell.length));
    });
  }
  return rows
    .map(row =>
      row
        .map((cell, column) => {
          const width = widths.get(column) ?? 0;
          return column === 0 || row.length <= 2
            ? cell.padEnd(column === 0 ? width : 0)
            : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}
