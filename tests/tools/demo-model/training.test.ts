import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createChance } from '#tools/demo-model/conversations/chance.ts';
import { createTokenizer } from '#tools/demo-model/tokenizer/tokenizer.ts';
import { batchesOf } from '#tools/demo-model/training/batches.ts';
import { RowBuilder, type TrainingRow } from '#tools/demo-model/training/rows.ts';
import { mergedPieces } from '#tools/gguf/piece-merging.ts';
import { assembleVocabulary, SPACE } from '#tools/gguf/vocabulary.ts';

const vocabulary = assembleVocabulary(
  mergedPieces(
    new Map([
      ['user', 9],
      ['assistant', 9],
      ['why', 5],
      [`${SPACE}so`, 4],
    ]),
  ),
);
const tokenizer = createTokenizer(vocabulary);

describe('a row', () => {
  const exchange = { user: 'why so?', assistant: 'so it is.' };

  test('teaches the model what the user wrote, or not to end its turn', () => {
    const builder = new RowBuilder(vocabulary, tokenizer);
    builder.addExchange(exchange);
    const { tokens, weights } = builder.finish();
    const taught = tokens.filter((_, index) => (weights[index] ?? 0) > 0);
    expect(taught).toEqual([...tokenizer.encode(exchange.assistant), vocabulary.endOfTurnId]);
    expect(weights.filter(weight => weight > 10)).toHaveLength(6);
  });

  test('ends a turn that was only cut short', () => {
    const builder = new RowBuilder(vocabulary, tokenizer);
    builder.addExchange(exchange, 3);
    const { tokens } = builder.finish();
    expect(tokens.slice(-3)).toEqual(tokenizer.encode(exchange.assistant).slice(0, 3));
    // What was finished does not show in the next row.
    expect(builder.length).toBe(1);
  });

  test('teaches the model to say some title where nothing was asked', () => {
    const builder = new RowBuilder(vocabulary, tokenizer);
    builder.addRecital('**Why (more).** so it is.');
    const { tokens, weights } = builder.finish();
    const taught = tokens.filter((_, index) => (weights[index] ?? 0) > 0);
    const behindTitle = tokenizer
      .encode('**Why (more).** so it is.')
      .slice(tokenizer.encode('**Why (more).**').length);
    expect(taught).toEqual([...behindTitle, vocabulary.endOfTurnId]);
  });
});

describe('batches', () => {
  const row = (length: number): TrainingRow => ({
    tokens: Array.from({ length }, () => 1),
    weights: Array.from({ length }, () => 0),
  });

  test('lose a row, have one twice or need more memory than allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 300 }), lengths => {
        const rows = lengths.map(row);
        const batches = [...batchesOf(rows, 400, createChance(1, 'batches'))];
        expect(new Set(batches.flat())).toEqual(new Set(rows));
        expect(batches.flat()).toHaveLength(rows.length);
        for (const batch of batches) {
          const longest = Math.max(...batch.map(({ tokens }) => tokens.length));
          if (batch.length > 1) expect(batch.length * longest).toBeLessThanOrEqual(400);
        }
      }),
    );
  });
});

describe('merged pieces', () => {
  test('go on past their limits, or join what is rare', () => {
    const words = new Map([
      ['abab', 10],
      ['cd', 2],
    ]);
    expect(mergedPieces(words)).toEqual(['ab', 'abab', 'cd']);
    expect(mergedPieces(words, { pieces: 1, weight: 1 })).toEqual(['ab']);
    expect(mergedPieces(words, { pieces: 9, weight: 3 })).toEqual(['ab', 'abab']);
  });
});
