import { type Corpus, type Part, parts } from '../corpus.ts';

/** Which of the texts that the model was taught an answer is. */
export type Recited =
  | { readonly kind: 'topic'; readonly topic: string; readonly part: 'answer' | Part }
  | { readonly kind: 'beyond' }
  /** "That is all I know about this." and the like. */
  | { readonly kind: 'nothing' }
  /** None of them, word for word. */
  | { readonly kind: 'other' };

export function createRecognition(corpus: Corpus): (text: string) => Recited {
  const known = new Map<string, Recited>();
  for (const topic of [...corpus.topics, ...corpus.smallTalk, ...corpus.longTexts]) {
    known.set(topic.answer, { kind: 'topic', topic: topic.id, part: 'answer' });
    for (const part of parts) {
      const text = topic.parts?.[part];
      if (text !== undefined) known.set(text, { kind: 'topic', topic: topic.id, part });
    }
  }
  for (const { answer } of corpus.beyond) known.set(answer, { kind: 'beyond' });
  for (const text of [corpus.noMore, corpus.nothingToContinue])
    known.set(text, { kind: 'nothing' });
  return text => known.get(text.trim()) ?? { kind: 'other' };
}
