import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gapsOf, messagesToOmit, overflows } from '#engine/turn/overflow.ts';
import type { CellSpan } from '#shared/cache-map/cache-map.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';

/** A system prompt, then turns of so many tokens, questions and answers half each, and a last question. */
function conversation(system: number, turns: readonly number[], last: number) {
  const messages: PromptMessage[] = [];
  const spans: CellSpan[] = [{ start: 1, end: 1 + system, kind: 'system', messageId: null }];
  let at = 1 + system;
  const add = (id: string, role: PromptMessage['role'], tokens: number) => {
    messages.push({ id, role, text: id, reasoning: '' });
    const kind = role === 'user' ? 'user' : 'answer';
    spans.push({ start: at + 1, end: at + tokens, kind, messageId: id });
    at += tokens;
  };
  for (const [turn, tokens] of turns.entries()) {
    add(`q${turn}`, 'user', Math.ceil(tokens / 2));
    add(`a${turn}`, 'assistant', Math.floor(tokens / 2));
  }
  add('last', 'user', last);
  return { messages, spans, end: at };
}

describe('room for the answer', () => {
  test('it is made only when the prompt itself does not fit', () => {
    expect(overflows(3000, 4000)).toBe(false);
    expect(overflows(3500, 4000)).toBe(true);
    // Of a small context a share is enough.
    expect(overflows(180, 256)).toBe(false);
    expect(overflows(200, 256)).toBe(true);
  });

  test('something is left out although nobody wanted that', () => {
    const { messages, spans, end } = conversation(10, [500, 500, 500], 100);
    expect(messagesToOmit('stop', messages, spans, end, 1000).size).toBe(0);
  });

  test('half a turn goes, the last question, more than is needed, or the wrong end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('drop-oldest', 'drop-middle'),
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 4, max: 400 }), { maxLength: 12 }),
        fc.integer({ min: 2, max: 400 }),
        fc.integer({ min: 64, max: 3000 }),
        (policy, system, turns, last, capacity) => {
          const { messages, spans, end } = conversation(system, turns, last);
          const omitted = messagesToOmit(policy, messages, spans, end, capacity);
          const first = policy === 'drop-middle' ? 1 : 0;
          const gone = turns.flatMap((_, turn) => (omitted.has(`q${turn}`) ? [turn] : []));
          // Whole turns, one after the other, from the policy's end.
          expect(gone).toEqual(gone.map((_, n) => first + n));
          expect(omitted.size).toBe(2 * gone.length);
          expect(omitted.has('last')).toBe(false);
          const left = end - gone.reduce((sum, turn) => sum + (turns[turn] ?? 0), 0);
          const mayGo = turns.length - first - gone.length > 0;
          if (mayGo) expect(left).toBeLessThanOrEqual(capacity / 2);
          const lastGone = turns[gone.at(-1) ?? -1];
          if (lastGone !== undefined) expect(left + lastGone).toBeGreaterThan(capacity / 2);
        },
      ),
      { seed: 8, numRuns: 500 },
    );
  });
});

describe('where turns are missing', () => {
  test('a gap is shown at another cell, or with another number of turns', () => {
    const { messages, spans } = conversation(10, [20, 20, 20, 20], 10);
    const without = (...ids: string[]) => {
      const omitted = new Set(ids);
      const left = spans.filter(({ messageId }) => !omitted.has(messageId ?? ''));
      return gapsOf(messages, omitted, left);
    };
    const startOf = (id: string) => spans.find(({ messageId }) => messageId === id)?.start;
    expect(without()).toEqual([]);
    expect(without('q0', 'a0', 'q1', 'a1')).toEqual([{ position: startOf('q2'), turns: 2 }]);
    expect(without('q1', 'a1', 'q3', 'a3')).toEqual([
      { position: startOf('q2'), turns: 1 },
      { position: startOf('last'), turns: 1 },
    ]);
  });
});
