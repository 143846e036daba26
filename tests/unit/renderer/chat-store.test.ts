import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnection } from '#renderer/connection/connection.ts';
import { createChat } from '#renderer/state/chat-store.ts';
import { messageText } from '#renderer/state/message-store.ts';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { serve } from '#shared/rpc/server.ts';

const contract = { 'chat.follow': appContract['chat.follow'] };

const ids = {
  conversation: '6f1c8a52-6b0c-4f0e-9a55-0a8f6b1d0001',
  other: '6f1c8a52-6b0c-4f0e-9a55-0a8f6b1d0002',
  question: '6f1c8a52-6b0c-4f0e-9a55-0a8f6b1d0003',
  answer: '6f1c8a52-6b0c-4f0e-9a55-0a8f6b1d0004',
};

function conversation(id: string): Conversation {
  return {
    id,
    title: 'A chat',
    systemPrompt: '',
    sampling: samplingSchema.parse({}),
    overflow: 'stop',
    createdAt: 0,
    updatedAt: 0,
  };
}

function message(part: Partial<Message> & Pick<Message, 'id' | 'role'>): Message {
  return {
    conversationId: ids.conversation,
    parentId: null,
    text: '',
    reasoning: '',
    status: 'done',
    error: null,
    figures: null,
    modelName: null,
    createdAt: 0,
    ...part,
  };
}

const question = message({ id: ids.question, role: 'user', text: 'Why?' });
const running = message({ id: ids.answer, role: 'assistant', status: 'running', text: 'Be' });

/** A host that lets the test say what is emitted, over a real client and server. */
function setUp() {
  const followed = new Map<string, (event: FollowEvent) => void>();
  const hostPorts: Port[] = [];
  const frames: (() => void)[] = [];
  const connection = createConnection(async () => {
    const [pagePort, hostPort] = createMemoryPorts();
    hostPorts.push(hostPort);
    serve(contract, hostPort, {
      'chat.follow': async ({ conversationId }, { emit, signal }) => {
        followed.set(conversationId, event => void emit(event));
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
        return null;
      },
    });
    return pagePort;
  });
  const chat = createChat(connection, run => frames.push(run));
  connection.start();
  return {
    chat,
    connection,
    frames,
    async follower(conversationId: string) {
      return vi.waitFor(() => {
        const emit = followed.get(conversationId);
        if (emit === undefined) throw new Error('nobody follows yet');
        return emit;
      });
    },
    forget: () => followed.clear(),
    dropConnection: () => hostPorts.at(-1)?.close(),
    drawFrame: () => {
      for (const run of frames.splice(0)) run();
    },
  };
}

const snapshot = (messages: Message[], branches: Record<string, string[]> = {}) => ({
  type: 'snapshot' as const,
  conversation: conversation(ids.conversation),
  messages,
  branches,
  progress: null,
  stall: null,
});
const delta = (text: string): FollowEvent => ({
  type: 'delta',
  messageId: ids.answer,
  segment: 'answer',
  text,
});

describe('chat store', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function openWithSnapshot() {
    const page = setUp();
    page.chat.open(ids.conversation);
    const emit = await page.follower(ids.conversation);
    emit(snapshot([question, running]));
    await vi.waitFor(() => expect(page.chat.store.getState().messages).toHaveLength(2));
    return { page, emit };
  }

  function answerText(page: ReturnType<typeof setUp>): string {
    const store = page.chat.store
      .getState()
      .messages.find(entry => entry.getState().message.id === ids.answer);
    return store === undefined ? '' : messageText(store.getState());
  }

  it('makes one update of all deltas that come within a frame', async () => {
    const { page, emit } = await openWithSnapshot();
    const store = page.chat.store.getState().messages[1];
    let updates = 0;
    store?.subscribe(() => updates++);
    for (const text of ['cause', ' it', ' is', ' so.']) emit(delta(text));
    await vi.waitFor(() => expect(page.frames).toHaveLength(1));
    expect(answerText(page)).toBe('Be');
    page.drawFrame();
    expect(answerText(page)).toBe('Because it is so.');
    expect(updates).toBe(1);
  });

  it('does not render the transcript again for every token', async () => {
    const { page, emit } = await openWithSnapshot();
    const before = page.chat.store.getState();
    emit(delta('cause'));
    await vi.waitFor(() => expect(page.frames).toHaveLength(1));
    page.drawFrame();
    expect(page.chat.store.getState()).toBe(before);
  });

  it('does not append late deltas behind the finished answer', async () => {
    const { page, emit } = await openWithSnapshot();
    emit(delta('cause'));
    emit({ type: 'message', message: { ...running, status: 'done', text: 'Because.' } });
    await vi.waitFor(() => expect(page.chat.store.getState().running).toBeNull());
    page.drawFrame();
    expect(answerText(page)).toBe('Because.');
  });

  it('lets nothing of a conversation that was left land in the next one', async () => {
    const { page, emit } = await openWithSnapshot();
    page.chat.open(ids.other);
    emit({ type: 'message', message: question });
    emit(delta('late'));
    const emitOther = await page.follower(ids.other);
    emitOther({
      type: 'snapshot',
      conversation: conversation(ids.other),
      messages: [],
      branches: {},
      progress: null,
      stall: null,
    });
    await vi.waitFor(() => expect(page.chat.store.getState().conversation?.id).toBe(ids.other));
    page.drawFrame();
    expect(page.chat.store.getState().messages).toEqual([]);
  });

  it('comes back to the host’s state after a lost connection, without doubling anything', async () => {
    const { page } = await openWithSnapshot();
    page.forget();
    page.dropConnection();
    await vi.waitFor(() => expect(page.connection.status.getState().phase).toBe('lost'));
    page.connection.retry();
    const emit = await page.follower(ids.conversation);
    emit(snapshot([question, { ...running, text: 'Because' }]));
    await vi.waitFor(() => expect(answerText(page)).toBe('Because'));
    expect(page.chat.store.getState().messages).toHaveLength(2);
    expect(page.chat.store.getState().error).toBeNull();
  });

  it('leaves a conversation that somebody has deleted', async () => {
    const { page, emit } = await openWithSnapshot();
    emit({ type: 'deleted' });
    await vi.waitFor(() => expect(page.chat.store.getState().conversationId).toBeNull());
    expect(page.chat.store.getState().messages).toEqual([]);
  });

  it('shows another branch, and keeps what both have in common as it stands', async () => {
    const { page, emit } = await openWithSnapshot();
    const [before] = page.chat.store.getState().messages;
    const shownText = before?.getState().answer;
    emit(delta('of the branch that is left'));
    const other = message({ id: ids.other, role: 'assistant', text: 'Because.' });
    const versions = { [ids.other]: [ids.answer, ids.other] };
    emit(snapshot([{ ...question }, other], versions));
    await vi.waitFor(() => expect(page.chat.store.getState().branches).toEqual(versions));
    page.drawFrame();
    const { messages, running: now } = page.chat.store.getState();
    expect(messages.map(entry => entry.getState().message.id)).toEqual([ids.question, ids.other]);
    expect(now).toBeNull();
    // The same store with the same text: nothing of it is drawn again.
    expect(messages[0]).toBe(before);
    expect(messages[0]?.getState().answer).toBe(shownText);
    expect(messages[1] && messageText(messages[1].getState())).toBe('Because.');
  });

  it('loses sight of a stall with the next progress of before, or keeps it for ever', async () => {
    const { page, emit } = await openWithSnapshot();
    const quietSince = () => page.chat.store.getState().running?.quietSinceMs;
    expect(quietSince()).toBeNull();
    emit({ type: 'stall', messageId: ids.other, stall: { quietMs: 0 } });
    emit({ type: 'progress', messageId: ids.answer, progress: { phase: 'decode' } });
    emit({ type: 'stall', messageId: ids.answer, stall: { quietMs: 30_000 } });
    await vi.waitFor(() => expect(quietSince()).toBeLessThanOrEqual(performance.now() - 30_000));
    page.drawFrame();
    expect(page.chat.store.getState().running?.progress).toEqual({ phase: 'decode' });
    expect(quietSince()).not.toBeNull();
    emit({ type: 'stall', messageId: ids.answer, stall: null });
    await vi.waitFor(() => expect(quietSince()).toBeNull());
  });

  it('shows whoever comes late an answer that moves, or one that stands still for nothing', async () => {
    const { page, emit } = await openWithSnapshot();
    const quietSince = () => page.chat.store.getState().running?.quietSinceMs;
    emit({ ...snapshot([question, running]), stall: { quietMs: 40_000 } });
    await vi.waitFor(() => expect(quietSince()).toBeLessThanOrEqual(performance.now() - 40_000));
    emit({ type: 'message', message: { ...running, status: 'done' } });
    emit({ type: 'message', message: running });
    await vi.waitFor(() => expect(quietSince()).toBeNull());
  });

  it('lets a continued answer grow from where it had ended', async () => {
    const { page, emit } = await openWithSnapshot();
    emit({ type: 'message', message: { ...running, status: 'done', text: 'Because it' } });
    emit({ type: 'message', message: { ...running, text: 'Because it' } });
    emit(delta(' is so.'));
    await vi.waitFor(() => expect(page.frames).toHaveLength(1));
    page.drawFrame();
    expect(answerText(page)).toBe('Because it is so.');
    expect(page.chat.store.getState().running?.messageId).toBe(ids.answer);
    expect(page.chat.store.getState().messages).toHaveLength(2);
  });
});
