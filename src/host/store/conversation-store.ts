import type { DatabaseSync } from 'node:sqlite';
import type { Conversation, ConversationSummary, Message } from '#shared/chat/conversation.ts';
import { conversationSummarySchema } from '#shared/chat/conversation.ts';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { readConversation, readMessage, type StoredConversation } from './rows.ts';
import { searchQuery } from './search-query.ts';
import { storageError } from './storage-error.ts';

/**
 * Conversations and their messages in one SQLite file. Everything is synchronous: what has returned
 * is on the disk. Every method throws AppError `storage-failed` when the file cannot be used.
 */
export interface ConversationStore {
  /** Newest first. An empty query lists all; else title or one message must have every word. */
  list(query: string): ConversationSummary[];
  find(id: string): StoredConversation | null;
  insert(conversation: Conversation): void;
  update(conversation: Conversation, titleChosen: boolean): void;
  delete(id: string): void;
  /** Oldest first. */
  messages(conversationId: string): Message[];
  /** The user's message, its answer's row and the conversation's new title and time: all or nothing. */
  appendTurn(conversation: Conversation, question: Message, answer: Message): void;
  /** A running answer so far. */
  checkpoint(answer: Message): void;
  /** An answer as it ended. */
  finish(answer: Message): void;
  /** Ends what a previous run of the app left unfinished; returns how many. */
  failRunning(error: AppErrorData): number;
}

const conversationColumns =
  'id, title, title_chosen, system_prompt, sampling, created_at, updated_at';
const messageColumns =
  'id, conversation_id, parent_id, role, text, reasoning, status, error, figures, model_name, created_at';

/** @param path of the database, for errors */
export function createConversationStore(database: DatabaseSync, path: string): ConversationStore {
  const all = database.prepare(
    `SELECT id, title, created_at AS createdAt, updated_at AS updatedAt FROM conversations
     ORDER BY updated_at DESC, seq DESC`,
  );
  const search = database.prepare(
    `SELECT id, title, created_at AS createdAt, updated_at AS updatedAt FROM conversations
     WHERE seq IN (SELECT rowid FROM conversation_words WHERE conversation_words MATCH :query)
        OR id IN (SELECT conversation_id FROM messages WHERE seq IN
                   (SELECT rowid FROM message_words WHERE message_words MATCH :query))
     ORDER BY updated_at DESC, seq DESC`,
  );
  const one = database.prepare(`SELECT ${conversationColumns} FROM conversations WHERE id = ?`);
  const insert = database.prepare(
    `INSERT INTO conversations (${conversationColumns}) VALUES (?, ?, 0, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE conversations SET title = ?, title_chosen = ?, system_prompt = ?, sampling = ?,
       updated_at = ? WHERE id = ?`,
  );
  const retitle = database.prepare(
    'UPDATE conversations SET title = ?, updated_at = ? WHERE id = ?',
  );
  const remove = database.prepare('DELETE FROM conversations WHERE id = ?');
  const messagesOf = database.prepare(
    `SELECT ${messageColumns} FROM messages WHERE conversation_id = ? ORDER BY seq`,
  );
  const insertMessage = database.prepare(
    `INSERT INTO messages (${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setTexts = database.prepare('UPDATE messages SET text = ?, reasoning = ? WHERE id = ?');
  const setEnd = database.prepare(
    'UPDATE messages SET text = ?, reasoning = ?, status = ?, error = ?, figures = ? WHERE id = ?',
  );
  const failRunning = database.prepare(
    "UPDATE messages SET status = 'failed', error = ? WHERE status = 'running'",
  );

  const guarded = <R>(work: () => R): R => {
    try {
      return work();
    } catch (thrown) {
      throw storageError(path, thrown);
    }
  };
  const together = (work: () => void) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (thrown) {
      // Some failures (a full disk) have rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw thrown;
    }
  };
  const append = (message: Message) =>
    insertMessage.run(
      message.id,
      message.conversationId,
      message.parentId,
      message.role,
      message.text,
      message.reasoning,
      message.status,
      json(message.error),
      json(message.figures),
      message.modelName,
      message.createdAt,
    );

  return {
    list: query =>
      guarded(() => {
        const words = searchQuery(query);
        if (words === null && query.trim() !== '') return [];
        const rows = words === null ? all.all() : search.all({ query: words });
        return rows.map(row => conversationSummarySchema.parse(row));
      }),
    find: id =>
      guarded(() => {
        const row = one.get(id);
        return row === undefined ? null : readConversation(row);
      }),
    insert: conversation =>
      guarded(() => {
        const { id, title, systemPrompt, sampling, createdAt, updatedAt } = conversation;
        insert.run(id, title, systemPrompt, JSON.stringify(sampling), createdAt, updatedAt);
      }),
    update: (conversation, titleChosen) =>
      guarded(() => {
        const { id, title, systemPrompt, sampling, updatedAt } = conversation;
        update.run(
          title,
          titleChosen ? 1 : 0,
          systemPrompt,
          JSON.stringify(sampling),
          updatedAt,
          id,
        );
      }),
    delete: id => guarded(() => void remove.run(id)),
    messages: conversationId =>
      guarded(() => messagesOf.all(conversationId).map(row => readMessage(row))),
    appendTurn: (conversation, question, answer) =>
      guarded(() =>
        together(() => {
          retitle.run(conversation.title, conversation.updatedAt, conversation.id);
          append(question);
          append(answer);
        }),
      ),
    checkpoint: answer =>
      guarded(() => void setTexts.run(answer.text, answer.reasoning, answer.id)),
    finish: answer =>
      guarded(() => {
        const { text, reasoning, status, error, figures, id } = answer;
        setEnd.run(text, reasoning, status, json(error), json(figures), id);
      }),
    failRunning: error => guarded(() => Number(failRunning.run(JSON.stringify(error)).changes)),
  };
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
