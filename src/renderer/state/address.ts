import type { Chat } from './chat-store.ts';

/** The open conversation is in the address, so that a reload comes back to it. */
export function addressOf(conversationId: string | null): string {
  return conversationId === null ? '#' : `#chat=${conversationId}`;
}

export function keepAddress(chat: Chat): void {
  const fromAddress = new URLSearchParams(location.hash.slice(1)).get('chat');
  if (fromAddress !== null) chat.open(fromAddress);
  chat.store.subscribe((state, before) => {
    if (state.conversationId !== before.conversationId) {
      history.replaceState(null, '', addressOf(state.conversationId));
    }
  });
}
