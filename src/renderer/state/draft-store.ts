import { createStore, type StoreApi } from 'zustand/vanilla';

const storagePrefix = 'headroom.draft.';

/**
 * Unsent text: of a conversation's next message, or of a message that is being edited. Outlives a
 * reload and a lost connection, not the tab.
 */
export interface Drafts {
  /** By the id of either; use {@link Drafts.read}, which also knows the drafts of earlier loads. */
  readonly store: StoreApi<ReadonlyMap<string, string>>;
  /** @param id of the conversation or the message; null: the chat that does not exist yet */
  read(id: string | null): string;
  write(id: string | null, text: string): void;
}

export function createDrafts(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const store = createStore<ReadonlyMap<string, string>>(() => new Map());
  const keyOf = (id: string | null) => storagePrefix + (id ?? 'new');
  return {
    store,
    read(id) {
      const key = keyOf(id);
      return store.getState().get(key) ?? storage.getItem(key) ?? '';
    },
    write(id, text) {
      const key = keyOf(id);
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
