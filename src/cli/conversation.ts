import type { Message, Segment } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import type { Client } from '#shared/rpc/client.ts';

/** One conversation with the host, turn after turn. Disposing it ends following, not the conversation. */
export interface Conversation extends Disposable {
  /**
   * Sends a message and waits for the answer's end, however it ended.
   *
   * @param stop ends the answer; what there is of it is the answer then
   * @throws AppError `cancelled` when the stop came while the message still waited for the model
   */
  send(text: string, stop: AbortSignal): Promise<Message>;
}

/** Follows a conversation that has no messages yet. */
export async function openConversation(
  client: Client<AppContract>,
  conversationId: string,
  onText: (segment: Segment, text: string) => void,
): Promise<Conversation> {
  const opened = Promise.withResolvers<void>();
  const ends = new Map<string, PromiseWithResolvers<Message>>();

  /** Its end may be told before the call that began it is answered. */
  function endOf(messageId: string): PromiseWithResolvers<Message> {
    const end = ends.get(messageId) ?? Promise.withResolvers<Message>();
    ends.set(messageId, end);
    return end;
  }

  const closed = new AbortController();
  const followed = client.stream(
    'chat.follow',
    { conversationId },
    {
      signal: closed.signal,
      onItem(event) {
        if (event.type === 'snapshot') opened.resolve();
        else if (event.type === 'delta') onText(event.segment, event.text);
        else if (event.type === 'message' && event.message.status !== 'running') {
          endOf(event.message.id).resolve(event.message);
        }
      },
    },
  );
  const lost = followed.then(() => {
    throw new Error('The host stopped telling about a conversation that nobody deleted.');
  });
  // Whoever waits is told below; without anybody waiting it is no accident.
  lost.catch(() => {});
  await Promise.race([opened.promise, lost]);

  return {
    async send(text, stop) {
      const requestStop = () => {
        // A refusal to stop is the refusal of a dead engine: the answer's end tells it.
        client.call('chat.stop', { conversationId }).catch(() => {});
      };
      stop.addEventListener('abort', requestStop, { once: true });
      try {
        const sent = client.call('chat.send', { conversationId, text });
        if (stop.aborted) requestStop();
        const { answerId } = await sent;
        const answer = await Promise.race([endOf(answerId).promise, lost]);
        ends.delete(answerId);
        return answer;
      } finally {
        stop.removeEventListener('abort', requestStop);
      }
    },

    [Symbol.dispose]: () => closed.abort(),
  };
}
