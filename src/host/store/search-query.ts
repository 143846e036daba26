/**
 * What the user typed as an FTS5 query: every word must occur, as the beginning of a word. Null when
 * there is no word in it. Operators and quotes lose their meaning (sqlite.org/fts5.html, "Full-text
 * Query Syntax").
 */
export function searchQuery(typed: string): string | null {
  const words = typed.match(/[\p{L}\p{N}\p{M}]+/gu);
  return words === null ? null : words.map(word => `"${word}"*`).join(' ');
}
