/** What is left of a question when case, punctuation and spaces do not count. */
export function questionKey(question: string): string {
  return question
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ ]/g, '')
    .replaceAll(/ +/g, ' ')
    .trim();
}
