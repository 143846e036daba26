/** A table of GitHub's Markdown; whatever stands in a cell is shown as it is. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = [head, ...rows].map(row => line(row.map(literalMarkdown)));
  return shown.toSpliced(1, 0, line(head.map(() => '---'))).join('\n');
}

/** Text on one line of which Markdown takes nothing for its own. Within a word an underscore is none. */
export function literalMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*[\]<>|~&$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, mark => `\\${mark}`);
}
