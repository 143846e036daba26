/** A file of the corpus: one title and, under each heading of the second level, a text or a list. */
export interface MarkdownSections {
  readonly title: string;
  /** Headings in the order of the file. */
  readonly headings: readonly string[];
  /** Paragraphs of a heading, the lines of each joined. @throws Error where there is none */
  text(heading: string): string;
  /** Entries of a heading's list. @throws Error where there is none */
  list(heading: string): string[];
}

/** @param name of the file, for the message of an error */
export function parseSections(markdown: string, name: string): MarkdownSections {
  const lines = markdown.split('\n');
  const title = /^# (.+)$/.exec(lines[0] ?? '')?.[1];
  if (title === undefined) throw new Error(`${name} does not begin with a title ("# ...").`);
  const sections = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of lines.slice(1)) {
    const heading = /^## (.+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      if (sections.has(heading)) throw new Error(`${name} has the heading "${heading}" twice.`);
      current = [];
      sections.set(heading, current);
    } else if (current !== undefined) {
      current.push(line.trim());
    } else if (line.trim() !== '') {
      throw new Error(`${name} has text in front of its first heading: ${line}`);
    }
  }
  const section = (heading: string): string[] => {
    const found = sections.get(heading);
    if (found === undefined) throw new Error(`${name} has no heading "${heading}".`);
    return found;
  };
  return {
    title,
    headings: [...sections.keys()],
    text(heading) {
      const text = section(heading).join('\n').trim();
      if (text === '') throw new Error(`${name} has nothing under "${heading}".`);
      return text
        .split(/\n{2,}/)
        .map(paragraph => paragraph.replaceAll('\n', ' '))
        .join('\n\n');
    },
    list(heading) {
      const entries = section(heading)
        .filter(line => line !== '')
        .map(line => {
          const entry = /^- (.+)$/.exec(line)?.[1];
          if (entry === undefined) {
            throw new Error(`${name} has a line under "${heading}" that is no list entry: ${line}`);
          }
          return entry;
        });
      if (entries.length === 0) throw new Error(`${name} has nothing under "${heading}".`);
      return entries;
    },
  };
}
