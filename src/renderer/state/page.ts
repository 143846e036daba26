import { type Compare, createCompare } from '../compare/compare-store.ts';
import type { Connection } from '../connection/connection.ts';
import { createFit, type Fit } from '../fit/fit-store.ts';
import { createLiveMemory, type LiveMemory } from '../monitor/live/live-memory.ts';
import { createLiveTelemetry, type LiveTelemetry } from '../monitor/live/live-telemetry.ts';
import { createTune, type Tune } from '../tune/tune-store.ts';
import { type AppStore, createAppStore } from './app-store.ts';
import { type Chat, createChat } from './chat-store.ts';
import { type ConversationList, createConversationList } from './conversation-list-store.ts';
import { createDrafts, type Drafts } from './draft-store.ts';
import { onNextFrame } from './next-frame.ts';
import { pageVisibility } from './page-visibility.ts';
import { createViewStore, type ViewStore } from './view-store.ts';

/** Everything the page knows, outside React. Made once; components read it by `usePage`. */
export interface Page {
  readonly connection: Connection;
  readonly app: AppStore;
  readonly conversations: ConversationList;
  readonly chat: Chat;
  readonly drafts: Drafts;
  readonly fit: Fit;
  readonly compare: Compare;
  readonly tune: Tune;
  /** Telemetry, its history and its latest sample; goes on while the Monitor is closed. */
  readonly live: LiveTelemetry;
  /** Memory, its history and its latest sample; only while the Monitor is shown. */
  readonly memory: LiveMemory;
  readonly view: ViewStore;
}

export function createPage(connection: Connection): Page {
  const app = createAppStore(connection);
  const chat = createChat(connection, onNextFrame);
  const live = createLiveTelemetry(connection, app, chat);
  return {
    connection,
    app,
    conversations: createConversationList(connection),
    chat,
    drafts: createDrafts(sessionStorage),
    fit: createFit(connection, onNextFrame),
    compare: createCompare(connection),
    tune: createTune(connection),
    live,
    memory: createLiveMemory(connection, live, pageVisibility),
    view: createViewStore(),
  };
}
