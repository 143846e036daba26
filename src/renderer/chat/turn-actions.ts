import type { Message } from '#shared/chat/conversation.ts';
import type { Page } from '../state/page.ts';
import { noteFailure } from '../state/view-store.ts';

/** Does nothing when no answer is being generated. */
export function stopAnswer({ chat, connection, view }: Page): void {
  const { conversationId, running } = chat.store.getState();
  if (conversationId === null || running === null) return;
  connection.call('chat.stop', { conversationId }).catch(noteFailure(view));
}

/**
 * Sends the open conversation's draft; the conversation is created when there is none yet. The draft
 * goes only once the message is in the host's store.
 *
 * @throws AppError when it did not get there
 */
export async function sendDraft({ chat, connection, drafts }: Page): Promise<void> {
  let { conversationId } = chat.store.getState();
  const text = drafts.read(conversationId);
  if (conversationId === null) {
    const conversation = await connection.call('conversations.create', {});
    conversationId = conversation.id;
    drafts.write(conversationId, text);
    drafts.write(null, '');
    chat.open(conversationId);
  }
  await connection.call('chat.send', { conversationId, text });
  drafts.write(conversationId, '');
}

/**
 * Asks a message again with the text that was written over it. What was written goes only once the
 * new message is in the host's store.
 *
 * @throws AppError when it did not get there
 */
export async function sendEdit(
  { connection, drafts }: Page,
  { conversationId, id: messageId }: Message,
): Promise<void> {
  const text = drafts.read(messageId);
  await connection.call('chat.edit', { conversationId, messageId, text });
  drafts.write(messageId, '');
}
