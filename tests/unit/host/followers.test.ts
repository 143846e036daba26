import { describe, expect, test } from 'vitest';
import { createFollowers, keep } from '#host/chat/followers.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { StreamContext } from '#shared/rpc/server.ts';

const snapshot: FollowEvent = {
  type: 'snapshot',
  conversation: {
    id: 'c',
    title: 'T',
    systemPrompt: '',
    sampling: {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repeatPenalty: 1,
      seed: null,
      maxTokens: null,
    },
    overflow: 'stop',
    createdAt: 0,
    updatedAt: 0,
  },
  messages: [],
  branches: {},
  progress: null,
  stall: null,
};

const delta = (text: string, segment: 'answer' | 'reasoning' = 'answer'): FollowEvent => ({
  type: 'delta',
  messageId: 'm',
  segment,
  text,
});
const progress = (doneTokens: number): FollowEvent => ({
  type: 'progress',
  messageId: 'm',
  progress: {
    phase: 'prefill',
    reusedTokens: 0,
    doneTokens,
    totalTokens: 100,
    tokensPerSecond: null,
    remainingMs: null,
  },
});

/** A viewer that takes `credits` events and then none until it is granted more. */
function viewer(credits: number) {
  const received: FollowEvent[] = [];
  const abort = new AbortController();
  let room = credits;
  let wake = Promise.withResolvers<void>();
  const context: StreamContext<FollowEvent> = {
    signal: abort.signal,
    emit(event) {
      received.push(event);
      return --room > 0 ? undefined : wake.promise;
    },
  };
  return {
    context,
    received,
    leave: () => abort.abort(),
    async grant(more: number) {
      room = more;
      const waiting = wake;
      wake = Promise.withResolvers<void>();
      waiting.resolve();
      await waiting.promise;
      await Promise.resolve();
    },
  };
}

describe('viewers of a conversation', () => {
  test('an event before the snapshot, or one lost right after it, would garble the page', async () => {
    const followers = createFollowers();
    const one = viewer(100);
    followers.follow('c', snapshot, one.context);
    followers.publish('c', delta('a'));
    followers.publish('other', delta('not for here'));
    followers.publish('c', delta('b'));
    expect(one.received).toEqual([snapshot, delta('a'), delta('b')]);
  });

  test('a viewer that does not keep up would pile up an event per token, or lose text', async () => {
    const followers = createFollowers();
    const slow = viewer(2);
    const quick = viewer(10_000);
    followers.follow('c', snapshot, slow.context);
    followers.follow('c', snapshot, quick.context);
    followers.publish('c', delta('0 '));
    const words = Array.from({ length: 1000 }, (_, n) => `${n + 1} `);
    for (const word of words) followers.publish('c', delta(word));
    expect(quick.received).toHaveLength(1002);
    await slow.grant(10);
    expect(slow.received).toEqual([snapshot, delta('0 '), delta(words.join(''))]);
  });

  test('a viewer that leaves would be written to for ever, or take the others along', async () => {
    const followers = createFollowers();
    const [gone, stays] = [viewer(100), viewer(100)];
    const ended = followers.follow('c', snapshot, gone.context);
    followers.follow('c', snapshot, stays.context);
    gone.leave();
    await expect(ended).resolves.toBeNull();
    followers.publish('c', delta('a'));
    expect(gone.received).toEqual([snapshot]);
    expect(stays.received).toEqual([snapshot, delta('a')]);
  });

  test('a page that shows a deleted conversation would wait for an end that never comes', async () => {
    const followers = createFollowers();
    const one = viewer(100);
    const ended = followers.follow('c', snapshot, one.context);
    followers.publish('c', { type: 'deleted' });
    await expect(ended).resolves.toBeNull();
    expect(one.received.at(-1)).toEqual({ type: 'deleted' });
  });
});

describe('events that wait', () => {
  test('merging across segments, messages or other events would reorder the answer', () => {
    const waiting: FollowEvent[] = [];
    const events = [
      delta('thought', 'reasoning'),
      delta('a'),
      delta('b'),
      progress(1),
      progress(2),
      { type: 'stall', messageId: 'm', stall: { quietMs: 1 } },
      progress(3),
      { type: 'stall', messageId: 'm', stall: null },
      delta('c'),
    ] as const satisfies FollowEvent[];
    for (const event of events) keep(waiting, event);
    expect(waiting).toEqual([delta('thought', 'reasoning'), delta('ab'), ...events.slice(4)]);
  });
});
