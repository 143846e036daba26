import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '#shared/chat/conversation.ts';
import {
  branchesAlong,
  lastShownEnd,
  type MessageTree,
  shownPath,
  withoutTurn,
} from '#shared/chat/message-tree.ts';

function message(id: string, parentId: string | null): Message {
  return {
    id,
    conversationId: 'c',
    parentId,
    role: id.startsWith('q') ? 'user' : 'assistant',
    text: '',
    reasoning: '',
    status: 'done',
    error: null,
    figures: null,
    modelName: null,
    createdAt: 0,
  };
}

/** Shown in the order of the list, the last one is shown now. */
function tree(...links: readonly [id: string, parentId: string | null][]): MessageTree {
  return {
    messages: links.map(([id, parentId]) => message(id, parentId)),
    shownOrder: new Map(links.map(([id], index) => [id, index])),
  };
}

function shownAgain({ messages, shownOrder }: MessageTree, id: string): MessageTree {
  const highest = Math.max(0, ...shownOrder.values());
  return { messages, shownOrder: new Map(shownOrder).set(id, highest + 1) };
}

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id);

const branched = tree(
  ['q1', null],
  ['a1', 'q1'],
  ['q2', 'a1'],
  ['a2', 'q2'],
  ['a1-again', 'q1'],
  ['q1-other', null],
  ['a3', 'q1-other'],
);

describe('the shown branch', () => {
  test('a branch that was left would be mixed into the one that is shown', () => {
    expect(idsOf(shownPath(branched))).toEqual(['q1-other', 'a3']);
    expect(idsOf(shownPath(shownAgain(branched, 'a2')))).toEqual(['q1', 'a1', 'q2', 'a2']);
  });

  test('coming back to a version would not come back to where one was in it', () => {
    expect(lastShownEnd(branched, 'q1')).toBe('a1-again');
    const returned = shownAgain(shownAgain(branched, 'a2'), 'a3');
    expect(lastShownEnd(returned, 'q1')).toBe('a2');
    expect(lastShownEnd(returned, 'a1-again')).toBe('a1-again');
  });

  test('a conversation without messages would have a branch', () => {
    expect(shownPath(tree())).toEqual([]);
    expect(lastShownEnd(tree(), null)).toBeNull();
  });

  test('a version would be missing from the switcher, or the only one have a switcher', () => {
    const path = shownPath(shownAgain(branched, 'a2'));
    expect(branchesAlong(branched, path)).toEqual({
      q1: ['q1', 'q1-other'],
      a1: ['a1', 'a1-again'],
    });
  });
});

describe('a deleted turn', () => {
  test('later turns would go with it, or hang on something that is gone', () => {
    const question = message('q1', null);
    const rest = withoutTurn(branched, question);
    expect(rest.messages.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['q2', null],
      ['a2', 'q2'],
      ['q1-other', null],
      ['a3', 'q1-other'],
    ]);
  });

  test('the branch that is shown next would end in the middle of the conversation', () => {
    const chain = tree(['q1', null], ['a1', 'q1'], ['q2', 'a1'], ['a2', 'q2']);
    expect(lastShownEnd(withoutTurn(chain, message('q2', 'a1')), 'a1')).toBe('a1');
    expect(lastShownEnd(withoutTurn(chain, message('q1', null)), null)).toBe('a2');
  });
});

describe('after any moves', () => {
  const move = fc.record({
    kind: fc.constantFrom('send', 'edit', 'regenerate', 'delete', 'select'),
    pick: fc.nat(),
  });

  function made(moves: readonly { kind: string; pick: number }[]): MessageTree {
    let now: MessageTree = tree();
    let count = 0;
    const add = (role: 'q' | 'a', parentId: string | null) => {
      const id = `${role}${++count}`;
      now = shownAgain({ ...now, messages: [...now.messages, message(id, parentId)] }, id);
      return id;
    };
    for (const { kind, pick } of moves) {
      const candidates = now.messages.filter(({ role }) => kind === 'select' || role === 'user');
      const picked = candidates[pick % Math.max(1, candidates.length)];
      if (kind === 'send') add('a', add('q', shownPath(now).at(-1)?.id ?? null));
      else if (picked === undefined) continue;
      else if (kind === 'edit') add('a', add('q', picked.parentId));
      else if (kind === 'regenerate') add('a', picked.id);
      else if (kind === 'select') now = shownAgain(now, lastShownEnd(now, picked.id) ?? '');
      else {
        const rest = withoutTurn(now, picked);
        const end = lastShownEnd(rest, picked.parentId);
        now = end === null ? rest : shownAgain(rest, end);
      }
    }
    return now;
  }

  test('what is shown is no path from the first message to the end of a branch', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), moves => {
        const now = made(moves);
        const path = shownPath(now);
        expect(path.map(({ parentId }) => parentId)).toEqual(
          path.length === 0 ? [] : [null, ...idsOf(path).slice(0, -1)],
        );
        const end = path.at(-1)?.id ?? null;
        expect(now.messages.filter(({ parentId }) => parentId === end && end !== null)).toEqual([]);
        expect(path.length === 0).toBe(now.messages.length === 0);
        expect(path.map(({ role }) => role)).toEqual(
          path.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
        );
      }),
    );
  });

  test('a message is orphaned, or no way of the switchers leads to it', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), moves => {
        const now = made(moves);
        const ids = new Set(idsOf(now.messages));
        const parents = now.messages.flatMap(({ parentId }) => parentId ?? []);
        expect(parents.filter(id => !ids.has(id))).toEqual([]);
        // From branch to branch as a reader goes, by the switchers under the messages on the screen.
        const reached = new Set<string>();
        const chosen = new Set<string>();
        const look = (shown: MessageTree) => {
          const path = shownPath(shown);
          for (const { id } of path) reached.add(id);
          for (const id of Object.values(branchesAlong(shown, path)).flat()) {
            if (chosen.has(id)) continue;
            chosen.add(id);
            look(shownAgain(shown, lastShownEnd(shown, id) ?? id));
          }
        };
        look(now);
        expect(reached).toEqual(ids);
      }),
    );
  });
});
