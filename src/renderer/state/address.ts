import type { Chat } from './chat-store.ts';

/** The open conversation is in the address, so that a reload comes back to it. */
export function addressOf(conversationId: string): string {
  return `#chat=${conversationId}`;
}

/** Keeps the address and the window's title those of the open conversation. */
export function keepAddress(chat: Chat): void {
  const fromAddress = new URLSearchParams(location.hash.slice(1)).get('chat');
  if (fromAddress !== null) chat.open(fromAddress);
  chat.store.subscribe((state, before) => {
    if (state.conversationId !== before.conversationId) {
      const { conversationId } = state;
      const fragment = conversationId === null ? '' : addressOf(conversationId);
      history.replaceState(null, '', location.pathname + location.search + fragment);
    }
    const title = state.conversation?.title;
    document.title = title === undefined ? 'Headroom' : `${title} – Headroom`;
  });
}
