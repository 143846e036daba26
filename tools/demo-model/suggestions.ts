import { builtInSuggestions } from '#shared/chat/suggestions.ts';
import type { Corpus, Topic } from './corpus.ts';

export interface Suggestion {
  readonly question: string;
  readonly topic: Topic;
}

/** The app's suggested questions with the topics that answer them. @throws Error where none does */
export function suggestionsOf(corpus: Corpus): Suggestion[] {
  const topics = [...corpus.topics, ...corpus.longTexts];
  return builtInSuggestions.map(question => {
    const topic = topics.find(({ questions }) => questions.includes(question));
    if (topic === undefined)
      throw new Error(`No topic of the corpus has the question: ${question}`);
    return { question, topic };
  });
}
