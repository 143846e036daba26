import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type MarkdownSections, parseSections } from './markdown-sections.ts';

const CORPUS_DIRECTORY = join(import.meta.dirname, 'corpus');

/** What a follow-up asks of the topic that was answered last. */
export const parts = ['short', 'more', 'why', 'example'] as const;
export type Part = (typeof parts)[number];

/** A question that the model answers, in all the ways that people ask it. */
export interface Topic {
  /** `folder/name` of its file. */
  readonly id: string;
  readonly title: string;
  readonly answer: string;
  readonly questions: readonly string[];
  /** More questions: texts with slots in braces. Small talk alone has some. */
  readonly patterns: readonly string[];
  /** Names of the subject, where it has some: what the frames of `Wording` ask about. */
  readonly terms: readonly string[];
  /** Null where nothing can be asked further: small talk and the long texts. */
  readonly parts: Readonly<Record<Part, string>> | null;
}

/** A kind of question that is beyond the model. */
export interface BeyondKind {
  readonly id: string;
  readonly answer: string;
  readonly questions: readonly string[];
  /** More questions: texts with slots in braces. */
  readonly patterns: readonly string[];
}

/** Ways to say a thing that do not change what is asked. */
export interface Wording {
  /** Questions about a term, which stands for {term}. */
  readonly frames: readonly string[];
  readonly openers: readonly string[];
  readonly closers: readonly string[];
  /** Words of one group may stand for each other. */
  readonly synonyms: readonly (readonly string[])[];
  readonly systemPrompts: readonly string[];
}

export interface Corpus {
  readonly topics: readonly Topic[];
  readonly smallTalk: readonly Topic[];
  readonly longTexts: readonly Topic[];
  readonly beyond: readonly BeyondKind[];
  /** Values of the slots in the patterns. */
  readonly slots: ReadonlyMap<string, readonly string[]>;
  readonly followUps: Readonly<Record<Part, readonly string[]>>;
  /** When more is asked for than there is. */
  readonly noMore: string;
  /** When a follow-up follows nothing. */
  readonly nothingToContinue: string;
  readonly wording: Wording;
}

const SMALL_TALK = 'small-talk';

/** @throws Error naming the file and what is wrong with it */
export async function readCorpus(directory: string = CORPUS_DIRECTORY): Promise<Corpus> {
  const topics: Topic[] = [];
  const smallTalk: Topic[] = [];
  for (const folder of (await readdir(join(directory, 'topics'))).sort()) {
    for (const file of await readFolder(join(directory, 'topics', folder))) {
      const id = `${folder}/${file.name}`;
      if (folder === SMALL_TALK) smallTalk.push(topicOf(id, file.sections, false));
      else topics.push(topicOf(id, file.sections, true));
    }
  }
  const longTexts = (await readFolder(join(directory, 'long'))).map(file =>
    topicOf(`long/${file.name}`, file.sections, false),
  );
  const followUps = await readSections(join(directory, 'follow-ups.md'));
  const patterns = patternsByKind(await readSections(join(directory, 'beyond', 'patterns.md')));
  const beyond = (await readFolder(join(directory, 'beyond')))
    .filter(file => file.name !== 'patterns')
    .map(file => ({
      id: file.name,
      answer: file.sections.text('Answer'),
      questions: file.sections.list('Questions'),
      patterns: patterns.get(file.name) ?? [],
    }));
  return {
    topics,
    smallTalk,
    longTexts,
    beyond,
    slots: slotsOf(await readSections(join(directory, 'slots.md'))),
    followUps: {
      short: followUps.list('Shorter'),
      more: followUps.list('More'),
      why: followUps.list('Why'),
      example: followUps.list('Example'),
    },
    noMore: followUps.text('No more'),
    nothingToContinue: followUps.text('Nothing to continue'),
    wording: wordingOf(await readSections(join(directory, 'wording.md'))),
  };
}

/** Every text that the model may recite. */
export function recitedTexts(corpus: Corpus): string[] {
  const spoken = [...corpus.topics, ...corpus.smallTalk, ...corpus.longTexts];
  return [
    ...spoken.flatMap(topic => [topic.answer, ...Object.values(topic.parts ?? {})]),
    ...corpus.beyond.map(kind => kind.answer),
    corpus.noMore,
    corpus.nothingToContinue,
  ];
}

const partNames: Readonly<Record<Part, string>> = {
  short: 'in short',
  more: 'more',
  why: 'why',
  example: 'an example',
};

/**
 * Every text of a topic begins with its title. A reader sees at once what the question was taken for,
 * and a follow-up finds its subject by copying the title of the answer before: that can be learned
 * once for all topics.
 */
function titled(title: string, part: Part | null, text: string): string {
  return `**${part === null ? title : `${title} (${partNames[part]})`}.** ${text}`;
}

/** The title that a text of a topic begins with, with its asterisks. Empty where it has none. */
export function titleIn(text: string): string {
  return /^\*\*.+?\*\*/.exec(text)?.[0] ?? '';
}

function topicOf(id: string, sections: MarkdownSections, hasParts: boolean): Topic {
  const { title } = sections;
  const part = (name: Part, heading: string) => titled(title, name, sections.text(heading));
  return {
    id,
    title,
    answer: hasParts ? titled(title, null, sections.text('Answer')) : sections.text('Answer'),
    questions: sections.list('Questions'),
    patterns: optionalList(sections, 'Patterns'),
    terms: optionalList(sections, 'Terms'),
    parts: hasParts
      ? {
          short: part('short', 'Short'),
          more: part('more', 'More'),
          why: part('why', 'Why'),
          example: part('example', 'Example'),
        }
      : null,
  };
}

function optionalList(sections: MarkdownSections, heading: string): readonly string[] {
  return sections.headings.includes(heading) ? sections.list(heading) : [];
}

function patternsByKind(sections: MarkdownSections): ReadonlyMap<string, readonly string[]> {
  const byKind = new Map<string, string[]>();
  for (const entry of sections.list('Patterns')) {
    const { text, kind } = /^(?<text>.+) \[(?<kind>[a-z-]+)\]$/.exec(entry)?.groups ?? {};
    if (text === undefined || kind === undefined) {
      throw new Error(`A pattern does not end with its kind in brackets: ${entry}`);
    }
    byKind.set(kind, [...(byKind.get(kind) ?? []), text]);
  }
  return byKind;
}

function slotsOf(sections: MarkdownSections): ReadonlyMap<string, readonly string[]> {
  const slots = new Map<string, readonly string[]>();
  for (const heading of sections.headings) {
    const slot = /^\{(.+)\}$/.exec(heading)?.[1];
    if (slot !== undefined) slots.set(slot, sections.list(heading));
  }
  return slots;
}

function wordingOf(sections: MarkdownSections): Wording {
  return {
    frames: sections.list('Frames'),
    openers: sections.list('Openers'),
    closers: sections.list('Closers'),
    synonyms: sections.list('Synonyms').map(line => line.split(' | ')),
    systemPrompts: sections.list('System prompts'),
  };
}

interface NamedSections {
  readonly name: string;
  readonly sections: MarkdownSections;
}

async function readFolder(directory: string): Promise<NamedSections[]> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.md')).sort();
  return Promise.all(
    names.map(async name => ({
      name: basename(name, '.md'),
      sections: await readSections(join(directory, name)),
    })),
  );
}

async function readSections(path: string): Promise<MarkdownSections> {
  return parseSections(await readFile(path, 'utf8'), path);
}
