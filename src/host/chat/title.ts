/** What a conversation is called until something was said in it. */
export const emptyTitle = 'New chat';

const maxTitleLength = 48;

/** The first words of a message, cut between words where there are any. */
export function titleFrom(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ');
  const characters = Array.from(line);
  if (characters.length <= maxTitleLength) return line === '' ? emptyTitle : line;
  const cut = characters.slice(0, maxTitleLength).join('');
  // The word that the cut went through is left out, unless it is most of the title.
  const boundary = characters[maxTitleLength] === ' ' ? cut.length : cut.lastIndexOf(' ');
  const kept = boundary > cut.length / 2 ? cut.slice(0, boundary) : cut;
  return `${kept.replace(/[\s.,;:!?-]+$/u, '')}…`;
}
