import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vocabulary } from '../../gguf/vocabulary.ts';
import type { Corpus } from '../corpus.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { RowBuilder } from '../training/rows.ts';
import { readDialogues } from './question-sets.ts';

/** Of each half of the text. */
const HALF_TOKENS = 1000;

/**
 * A varied text that the model was not trained on, as tokens: a conversation put together from the
 * held-out dialogues, in which it is at home, and prose of all kinds, in which it is not.
 */
export async function heldOutText(
  corpus: Corpus,
  vocabulary: Vocabulary,
  tokenizer: Tokenizer,
): Promise<number[]> {
  const prose = await readFile(join(import.meta.dirname, 'held-out', 'text.md'), 'utf8');
  return [
    ...(await conversationTokens(corpus, vocabulary, tokenizer, HALF_TOKENS)),
    ...tokenizer.encode(prose.replaceAll(/(\S)\n(?=\S)/g, '$1 ').trim()).slice(0, HALF_TOKENS),
  ];
}

/** Held-out dialogues, one after the other, with the answers that they should get. */
export async function conversationTokens(
  corpus: Corpus,
  vocabulary: Vocabulary,
  tokenizer: Tokenizer,
  length: number,
): Promise<number[]> {
  const topics = new Map([...corpus.topics, ...corpus.smallTalk].map(topic => [topic.id, topic]));
  const builder = new RowBuilder(vocabulary, tokenizer);
  for (const { turns } of await readDialogues('held-out')) {
    for (const { question, expect } of turns) {
      if (builder.length >= length) return [...builder.finish(length).tokens];
      builder.addExchange({ user: question, assistant: expectedText(expect) });
    }
  }
  throw new Error(`The held-out dialogues have fewer than ${length} tokens.`);

  function expectedText(
    expect: Awaited<ReturnType<typeof readDialogues>>[0]['turns'][0]['expect'],
  ) {
    if ('beyond' in expect) return corpus.beyond[0]?.answer ?? '';
    const topic = topics.get(expect.topics[0] ?? '');
    const text = expect.part === 'answer' ? topic?.answer : topic?.parts?.[expect.part];
    if (text === undefined)
      throw new Error(`The corpus has no ${expect.topics[0]} ${expect.part}.`);
    return text;
  }
}
