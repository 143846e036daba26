const storagePrefix = 'headroom.draft.';

/** Unsent text per conversation; outlives a reload and a lost connection, not the tab. */
export interface Drafts {
  read(conversationId: string | null): string;
  write(conversationId: string | null, text: string): void;
}

export function createDrafts(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const key = (conversationId: string | null) => storagePrefix + (conversationId ?? 'new');
  return {
    read: conversationId => storage.getItem(key(conversationId)) ?? '',
    write(conversationId, text) {
      try {
        if (text === '') storage.removeItem(key(conversationId));
        else storage.setItem(key(conversationId), text);
      } catch {
        // Over the storage's quota: the text stays in the box, only a reload would lose it.
      }
    },
  };
}
