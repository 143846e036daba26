import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConversationSummary } from '#shared/chat/conversation.ts';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { Connection } from '../connection/connection.ts';

export interface ConversationListState {
  readonly query: string;
  /** Newest first; null until the first answer. */
  readonly summaries: readonly ConversationSummary[] | null;
  readonly error: AppErrorData | null;
}

export interface ConversationList {
  readonly store: StoreApi<ConversationListState>;
  search(query: string): void;
}

export function createConversationList(connection: Connection): ConversationList {
  const store = createStore<ConversationListState>(() => ({
    query: '',
    summaries: null,
    error: null,
  }));
  /** Of the request whose answer counts: an older one may come later. */
  let generation = 0;

  async function refresh() {
    const mine = ++generation;
    try {
      const summaries = await connection.call('conversations.list', {
        query: store.getState().query,
      });
      if (mine === generation) store.setState({ summaries, error: null });
    } catch (thrown) {
      if (mine === generation) store.setState({ error: toErrorData(thrown) });
    }
  }

  connection.onOpen(client => {
    client.watch('conversations.revision', () => void refresh());
  });

  return {
    store,
    search(query) {
      store.setState({ query });
      void refresh();
    },
  };
}
