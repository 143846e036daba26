import type { Corpus } from '../corpus.ts';
import type { Questions } from '../evaluation/question-sets.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { RowBuilder } from './rows.ts';
import type { Probe } from './training-files.ts';

/** Enough to tell every answer from every other. */
const TELLING_TOKENS = 10;

/** @throws Error where a question names a topic that the corpus does not have */
export function probesOf(
  questions: Questions,
  corpus: Corpus,
  builder: RowBuilder,
  tokenizer: Tokenizer,
): Probe[] {
  const answers = new Map(
    [...corpus.topics, ...corpus.smallTalk].map(topic => [topic.id, topic.answer]),
  );
  const probe = (group: string, question: string, accepted: readonly string[]): Probe => {
    builder.addQuestion(question);
    return {
      group,
      prompt: builder.finish().tokens,
      accepted: accepted.map(answer => tokenizer.encode(answer).slice(0, TELLING_TOKENS)),
    };
  };
  const answerOf = (id: string): string => {
    const answer = answers.get(id);
    if (answer === undefined) throw new Error(`The corpus has no topic ${id}.`);
    return answer;
  };
  const beyond = corpus.beyond.map(kind => kind.answer);
  return [
    ...questions.inScope.map(({ question, topics }) =>
      probe('in scope', question, topics.map(answerOf)),
    ),
    ...questions.greetings.map(({ question, topics }) =>
      probe('small talk', question, topics.map(answerOf)),
    ),
    ...questions.outOfScope.map(({ question }) => probe('out of scope', question, beyond)),
  ];
}
