import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtInSuggestions } from '#shared/chat/suggestions.ts';
import { createChance } from '#tools/demo-model/conversations/chance.ts';
import { walkConversation } from '#tools/demo-model/conversations/conversation.ts';
import { type Corpus, readCorpus } from '#tools/demo-model/corpus.ts';
import {
  readDialogues,
  readLongConversation,
  readQuestions,
} from '#tools/demo-model/evaluation/question-sets.ts';
import { questionKey } from '#tools/demo-model/evaluation/same-question.ts';
import { parseSections } from '#tools/demo-model/markdown-sections.ts';
import { suggestionsOf } from '#tools/demo-model/suggestions.ts';

let corpus: Corpus;
beforeAll(async () => {
  corpus = await readCorpus();
});

const everyTopic = () => [...corpus.topics, ...corpus.smallTalk, ...corpus.longTexts];

describe('the corpus', () => {
  test('has fewer topics, or fewer ways to ask, than the model is said to know', () => {
    expect(corpus.topics.length).toBeGreaterThanOrEqual(70);
    for (const { id, questions } of everyTopic()) {
      expect(questions.length, id).toBeGreaterThanOrEqual(20);
    }
  });

  test('has two topics, or two parts of one, that cannot be told apart by their first words', () => {
    const openings = new Map<string, string>();
    for (const { id, answer, parts } of everyTopic()) {
      for (const text of [answer, ...Object.values(parts ?? {})]) {
        // A title, or a few words where there is none.
        const opening = /^\*\*.+?\.\*\*/.exec(text)?.[0] ?? text.split(' ').slice(0, 5).join(' ');
        expect(openings.get(opening), `${id} begins as another text: ${opening}`).toBeUndefined();
        openings.set(opening, id);
      }
    }
  });

  test('teaches two answers to one question', () => {
    const owners = new Map<string, string>();
    const claim = (question: string, owner: string) => {
      const key = questionKey(question);
      // What has no letter is nonsense, and follow-ups may be a question mark.
      if (key === '') return;
      const other = owners.get(key);
      expect(other === undefined || other === owner, `${question}: ${other}, ${owner}`).toBe(true);
      owners.set(key, owner);
    };
    for (const { id, questions } of [...everyTopic(), ...corpus.beyond]) {
      for (const question of questions) claim(question, id);
    }
    for (const [part, questions] of Object.entries(corpus.followUps)) {
      for (const question of questions) claim(question, part);
    }
  });

  test('has a character that the tokenizer knows as bytes only', async () => {
    const directory = join(import.meta.dirname, '../../../tools/demo-model/corpus');
    for (const name of await readdir(directory, { recursive: true })) {
      if (!name.endsWith('.md')) continue;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but printable ASCII.
      expect(await readFile(join(directory, name), 'utf8'), name).toMatch(/^[\x0a\x20-\x7e]*$/);
    }
  });

  test('does not know a question that the app suggests', () => {
    expect(suggestionsOf(corpus).map(({ question }) => question)).toEqual([...builtInSuggestions]);
  });

  test('has no topic that the evaluation expects', async () => {
    const known = new Set(everyTopic().map(({ id }) => id));
    const expected = (['development', 'held-out'] as const).map(async set => {
      const { inScope, greetings } = await readQuestions(set);
      const conversations = [...(await readDialogues(set)), await readLongConversation(set)];
      const wanted = conversations.flatMap(({ turns }) => turns.map(turn => turn.expect));
      return [...inScope, ...greetings, ...wanted].flatMap(asked =>
        'topics' in asked ? asked.topics : [],
      );
    });
    for (const topic of (await Promise.all(expected)).flat()) expect(known).toContain(topic);
  });
});

describe('a conversation', () => {
  const mixture = {
    followUp: 0.6,
    strayFollowUp: 0.2,
    smallTalk: 0.1,
    beyond: 0.2,
    longText: 0.05,
  };

  function walk(options: { seed: number; isHeldOut?: (question: string) => boolean }) {
    return walkConversation(
      { corpus, suggestions: suggestionsOf(corpus), isHeldOut: options.isHeldOut ?? (() => false) },
      mixture,
      createChance(options.seed, 'test'),
    );
  }

  test('is another one for the same seed, so that training cannot be repeated', () => {
    const [one, same, other] = [walk({ seed: 1 }), walk({ seed: 1 }), walk({ seed: 2 })];
    const take = (source: typeof one) => Array.from({ length: 50 }, () => source.next());
    const first = take(one);
    expect(take(same)).toEqual(first);
    expect(take(other)).not.toEqual(first);
  });

  test('comes upon a held-out question by chance', () => {
    const listed = new Set(
      [...everyTopic(), ...corpus.beyond].flatMap(({ questions }) => questions),
    );
    const followUps = new Set(Object.values(corpus.followUps).flat().map(questionKey));
    // Everything that is not listed word for word is held out.
    const source = walk({ seed: 3, isHeldOut: question => !listed.has(question) });
    let asked = 0;
    for (let turn = 0; turn < 2000; turn++) {
      const { user, assistant } = source.next();
      const isPart = corpus.topics.some(({ parts }) =>
        Object.values(parts ?? {}).includes(assistant),
      );
      if (isPart || assistant === corpus.noMore || assistant === corpus.nothingToContinue) continue;
      expect(listed.has(user) || followUps.has(questionKey(user)), user).toBe(true);
      asked++;
    }
    expect(asked).toBeGreaterThan(500);
  });

  test('continues another topic than the one that was answered last', () => {
    const source = walk({ seed: 4 });
    let subject = '';
    let continued = 0;
    for (let turn = 0; turn < 2000; turn++) {
      const { assistant } = source.next();
      const asAnswer = corpus.topics.find(topic => topic.answer === assistant);
      const asPart = corpus.topics.find(({ parts }) =>
        Object.values(parts ?? {}).includes(assistant),
      );
      if (asAnswer !== undefined) subject = asAnswer.id;
      if (asPart !== undefined) {
        expect(asPart.id).toBe(subject);
        continued++;
      }
    }
    expect(continued).toBeGreaterThan(300);
  });

  test('leaves a slot of a pattern unfilled', () => {
    const source = walk({ seed: 5 });
    for (let turn = 0; turn < 3000; turn++) expect(source.next().user).not.toMatch(/[{}]/);
    const slots = [...corpus.beyond, ...corpus.smallTalk]
      .flatMap(({ patterns }) => patterns)
      .flatMap(pattern => [...pattern.matchAll(/\{([^}]+)\}/g)].map(([, slot]) => slot));
    for (const slot of slots) expect([...corpus.slots.keys()]).toContain(slot);
  });
});

describe('parseSections', () => {
  test.each([
    ['no title', '## Answer\ntext', 'does not begin with a title'],
    ['text in front of the first heading', '# A\nstray\n## B\nc', 'in front of its first heading'],
    ['a heading twice', '# A\n## B\nc\n## B\nd', 'the heading "B" twice'],
  ])('reads a file with %s as something else', (_name, markdown, message) => {
    expect(() => parseSections(markdown, 'a.md')).toThrow(`a.md`);
    expect(() => parseSections(markdown, 'a.md')).toThrow(message);
  });

  test('loses a line of a text, or takes a line that is no entry for one', () => {
    const sections = parseSections(
      '# A\n\n## B\none\ntwo\n\nthree\n\n## C\n- x\n- y\n\n## D\nz',
      'a.md',
    );
    expect(sections.text('B')).toBe('one two\n\nthree');
    expect(sections.list('C')).toEqual(['x', 'y']);
    expect(() => sections.list('D')).toThrow('no list entry: z');
    expect(() => sections.text('E')).toThrow('no heading "E"');
  });
});
