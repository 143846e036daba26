import { type ComparisonStore, createComparisonStore } from './comparison-store.ts';
import { type ConversationStore, createConversationStore } from './conversation-store.ts';
import { openDatabase } from './database.ts';
import { createLoadRecordStore, type LoadRecordStore } from './load-record-store.ts';

/** The user's data in one SQLite file. Disposing closes it. */
export interface Store extends Disposable {
  readonly conversations: ConversationStore;
  readonly loads: LoadRecordStore;
  readonly comparisons: ComparisonStore;
}

/** @throws AppError `storage-failed`, naming the file and what to do */
export function openStore(path: string): Store {
  const database = openDatabase(path);
  return {
    conversations: createConversationStore(database, path),
    loads: createLoadRecordStore(database, path),
    comparisons: createComparisonStore(database, path),
    [Symbol.dispose]: () => database.close(),
  };
}
