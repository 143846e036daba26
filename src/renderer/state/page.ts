import type { Connection } from '../connection/connection.ts';
import { type AppStore, createAppStore } from './app-store.ts';
import { type Chat, createChat } from './chat-store.ts';
import { type ConversationList, createConversationList } from './conversation-list-store.ts';
import { createDrafts, type Drafts } from './draft-store.ts';
import { onNextFrame } from './next-frame.ts';
import { createTelemetryStore, feedTelemetry, type TelemetryStore } from './telemetry-store.ts';
import { createViewStore, type ViewStore } from './view-store.ts';

/** Everything the page knows, outside React. Made once; components read it by `usePage`. */
export interface Page {
  readonly connection: Connection;
  readonly app: AppStore;
  readonly conversations: ConversationList;
  readonly chat: Chat;
  readonly drafts: Drafts;
  readonly telemetry: TelemetryStore;
  readonly view: ViewStore;
}

export function createPage(connection: Connection): Page {
  const telemetry = createTelemetryStore();
  feedTelemetry(connection, telemetry);
  return {
    connection,
    app: createAppStore(connection),
    conversations: createConversationList(connection),
    chat: createChat(connection, onNextFrame),
    drafts: createDrafts(sessionStorage),
    telemetry,
    view: createViewStore(),
  };
}
