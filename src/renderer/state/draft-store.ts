import { createStore, type StoreApi } from 'zustand/vanilla';

const storagePrefix = 'headroom.draft.';

/** Unsent text per conversation; outlives a reload and a lost connection, not the tab. */
export interface Drafts {
  /** By conversation id; use {@link Drafts.read}, which also knows the drafts of earlier loads. */
  readonly store: StoreApi<ReadonlyMap<string, string>>;
  /** @param conversationId null: the chat that does not exist yet */
  read(conversationId: string | null): string;
  write(conversationId: string | null, text: string): void;
}

export function createDrafts(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const store = createStore<ReadonlyMap<string, string>>(() => new Map());
  const keyOf = (conversationId: string | null) => storagePrefix + (conversationId ?? 'new');
  return {
    store,
    read(conversationId) {
      const key = keyOf(conversationId);
      return store.getState().get(key) ?? storage.getItem(key) ?? '';
    },
    write(conversationId, text) {
      const key = keyOf(conversationId);
      store.setState(new Map(store.getState()).set(key, text), true);
      try {
        if (text === '') storage.removeItem(key);
        else storage.setItem(key, text);
      } catch {
        // Over the storage's quota: the text stays in memory, only a reload would lose it.
      }
    },
  };
}
