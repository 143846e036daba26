import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import { blockRuns, cellGrid } from '#shared/cache-map/cell-grid.ts';
import { cellRuns, cellsByKind, describeRun, runAt } from '#shared/cache-map/cell-runs.ts';

const map: CacheMap = {
  revision: 1,
  conversationId: '00000000-0000-4000-8000-000000000000',
  answerId: '00000000-0000-4000-8000-00000000000a',
  capacityTokens: 200,
  promptTokens: 60,
  reusedTokens: 40,
  savedTokens: 0,
  gaps: [],
  slidingWindow: null,
  spans: [
    { start: 2, end: 10, kind: 'system', messageId: null },
    { start: 12, end: 20, kind: 'user', messageId: '00000000-0000-4000-8000-000000000001' },
    { start: 22, end: 25, kind: 'reasoning', messageId: '00000000-0000-4000-8000-000000000002' },
    { start: 25, end: 38, kind: 'answer', messageId: '00000000-0000-4000-8000-000000000002' },
    { start: 42, end: 58, kind: 'user', messageId: '00000000-0000-4000-8000-000000000003' },
  ],
};

const shown = (used: number) =>
  cellRuns(map, used).map(({ start, end, kind, isFresh }) => [start, end, kind, isFresh]);

describe('runs', () => {
  test('history, prompt and answer are taken for one another, or kept cells for new ones', () => {
    expect(shown(75)).toEqual([
      [0, 2, 'template', false],
      [2, 10, 'system', false],
      [10, 12, 'template', false],
      [12, 20, 'history', false],
      [20, 22, 'template', false],
      [22, 25, 'reasoning', false],
      [25, 38, 'history', false],
      [38, 40, 'template', false],
      [40, 42, 'template', true],
      [42, 58, 'prompt', true],
      [58, 60, 'template', true],
      [60, 75, 'answer', true],
      [75, 200, 'free', false],
    ]);
  });

  test('cells that are still to be read are shown as filled', () => {
    expect(shown(50).slice(-2)).toEqual([
      [42, 50, 'prompt', true],
      [50, 200, 'free', false],
    ]);
  });

  test('kinds of cells do not sum to what is used', () => {
    const cells = cellsByKind(cellRuns(map, 75));
    expect(cells).toEqual({
      free: 125,
      template: 12,
      system: 8,
      history: 21,
      reasoning: 3,
      prompt: 16,
      answer: 15,
    });
  });

  test('a cell is called by what its neighbour holds', () => {
    const runs = cellRuns(map, 75);
    const called = (cell: number) => {
      const run = runAt(runs, cell);
      return run === null ? null : describeRun(run);
    };
    expect(called(19)).toBe('Turn 1, your message');
    expect(called(20)).toBe('Chat template');
    expect(called(37)).toBe('Turn 1, the answer');
    expect(called(57)).toBe('This turn, your message');
    expect(called(74)).toBe('This turn, the answer');
    expect(called(199)).toBe('Free');
    expect(called(200)).toBeNull();
  });
});

describe('grid', () => {
  test('blocks do not fit, or some cells have none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_048_576 }),
        fc.integer({ min: 240, max: 900 }),
        fc.integer({ min: 60, max: 300 }),
        (capacity, width, height) => {
          const { columns, rows, pitch, cellsPerBlock } = cellGrid(capacity, width, height);
          expect(columns * pitch).toBeLessThanOrEqual(width);
          expect(rows * pitch).toBeLessThanOrEqual(height);
          expect(columns * rows * cellsPerBlock).toBeGreaterThanOrEqual(capacity);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  test('a block is coloured by the lesser part of its cells, or one is left out', () => {
    const runs = cellRuns(map, 75);
    for (const cellsPerBlock of [1, 3, 7, 64]) {
      const blocks = blockRuns(runs, cellsPerBlock);
      expect(blocks.map(({ block }) => block)).toEqual(
        Array.from({ length: Math.ceil(200 / cellsPerBlock) }, (_, block) => block),
      );
      for (const { block, run } of blocks) {
        const cells = Array.from({ length: cellsPerBlock }, (_, n) => block * cellsPerBlock + n);
        const counts = runs.map(
          ({ start, end }) => cells.filter(cell => cell >= start && cell < end).length,
        );
        expect(counts[run]).toBe(Math.max(...counts));
      }
      // Drawing on from the middle gives the same blocks.
      expect(blockRuns(runs, cellsPerBlock, 2)).toEqual(blocks.slice(2));
    }
  });
});
