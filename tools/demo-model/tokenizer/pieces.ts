import { mergedPieces } from '../../gguf/piece-merging.ts';
import { assembleVocabulary, SPACE, type Vocabulary } from '../../gguf/vocabulary.ts';
import { type Corpus, recitedTexts } from '../corpus.ts';

/**
 * No piece reaches over the border of two of these, so that a word is cut in the same way wherever
 * it stands: a run of letters, digits and underscores (q8_0 is one word), the sign for bold, or one
 * other character, with the space in front.
 */
const WORDS = / ?(?:[A-Za-z0-9_']+|\*\*|[^A-Za-z0-9_'\s])/g;

/** Pieces at most, beside 256 bytes, the letters and the control tokens. */
const PIECES = 2700;
/** What occurs more rarely is not learned well: better in parts that occur elsewhere as well. */
const MINIMUM_WEIGHT = 12;
/** An answer is recited often, one wording of a question is seen rarely. */
const ANSWER_WEIGHT = 3;

/** The vocabulary for a corpus; the same for the same corpus. */
export function trainVocabulary(corpus: Corpus): Vocabulary {
  const weights = new Map<string, number>();
  const add = (text: string, weight: number): void => {
    for (const [word] of text.matchAll(WORDS)) {
      const written = word.replace(' ', SPACE);
      weights.set(written, (weights.get(written) ?? 0) + weight);
    }
  };
  for (const role of ['user', 'assistant', 'system']) add(role, 1000);
  for (const text of recitedTexts(corpus)) add(text, ANSWER_WEIGHT);
  for (const text of userTexts(corpus)) {
    add(text, 1);
    add(text.toLowerCase(), 1);
  }
  return assembleVocabulary(mergedPieces(weights, { pieces: PIECES, weight: MINIMUM_WEIGHT }));
}

function userTexts(corpus: Corpus): string[] {
  const { wording } = corpus;
  return [
    ...[...corpus.topics, ...corpus.smallTalk, ...corpus.longTexts].flatMap(topic => [
      ...topic.questions,
      ...topic.patterns,
      ...topic.terms,
    ]),
    ...corpus.beyond.flatMap(kind => [...kind.questions, ...kind.patterns]),
    ...Object.values(corpus.followUps).flat(),
    ...wording.frames,
    ...wording.openers,
    ...wording.closers,
    ...wording.synonyms.flat(),
    ...wording.systemPrompts,
  ];
}
