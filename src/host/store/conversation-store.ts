import type { DatabaseSync } from 'node:sqlite';
import type { Conversation, ConversationSummary, Message } from '#shared/chat/conversation.ts';
import { conversationSummarySchema } from '#shared/chat/conversation.ts';
import type { MessageTree } from '#shared/chat/message-tree.ts';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { readConversation, readTree, type StoredConversation } from './rows.ts';
import { searchQuery } from './search-query.ts';
import { guarding } from './storage-error.ts';
import { inTransaction } from './transaction.ts';

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
  tree(conversationId: string): MessageTree;
  /**
   * New messages, parents first, and the conversation's new title and time: all or nothing. The branch
   * that ends in the last one is shown from now on.
   */
  append(conversation: Conversation, ...messages: readonly Message[]): void;
  /** An answer that runs again, and the conversation's new time: all or nothing. */
  resume(conversation: Conversation, answer: Message): void;
  /** A running answer so far. */
  checkpoint(answer: Message): void;
  /** An answer as it ended. */
  finish(answer: Message): void;
  /**
   * Deletes a user's message and its answers; what follows them then follows what came before.
   *
   * @param end of the branch to show instead; null where nothing is left
   */
  deleteTurn(question: Message, end: string | null): void;
  /** Shows the branch that ends in this message from now on. */
  show(conversationId: string, end: string): void;
  /** Ends what a previous run of the app left unfinished; returns how many. */
  failRunning(error: AppErrorData): number;
}

const conversationColumns =
  'id, title, title_chosen, system_prompt, sampling, overflow, created_at, updated_at';
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
    `INSERT INTO conversations (${conversationColumns}) VALUES (?, ?, 0, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE conversations SET title = ?, title_chosen = ?, system_prompt = ?, sampling = ?, overflow = ?,
       updated_at = ? WHERE id = ?`,
  );
  const retitle = database.prepare(
    'UPDATE conversations SET title = ?, updated_at = ? WHERE id = ?',
  );
  const remove = database.prepare('DELETE FROM conversations WHERE id = ?');
  const messagesOf = database.prepare(
    `SELECT ${messageColumns}, shown_order FROM messages WHERE conversation_id = ? ORDER BY seq`,
  );
  const insertMessage = database.prepare(
    `INSERT INTO messages (${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const show = database.prepare(
    `UPDATE messages SET shown_order = 1 +
       (SELECT max(shown_order) FROM messages WHERE conversation_id = :conversationId)
     WHERE id = :end`,
  );
  const followEarlier = database.prepare(
    `UPDATE messages SET parent_id = :earlier
     WHERE parent_id IN (SELECT id FROM messages WHERE parent_id = :question)`,
  );
  // Its answers go with it: each row that names a parent goes when that does.
  const removeMessage = database.prepare('DELETE FROM messages WHERE id = ?');
  const setTexts = database.prepare('UPDATE messages SET text = ?, reasoning = ? WHERE id = ?');
  const setEnd = database.prepare(
    'UPDATE messages SET text = ?, reasoning = ?, status = ?, error = ?, figures = ? WHERE id = ?',
  );
  const failRunning = database.prepare(
    "UPDATE messages SET status = 'failed', error = ? WHERE status = 'running'",
  );

  const guarded = guarding(path);
  const together = (work: () => void) => inTransaction(database, work);
  const append = (message: Message) => {
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
    show.run({ conversationId: message.conversationId, end: message.id });
  };
  const setTitleAndTime = ({ id, title, updatedAt }: Conversation) =>
    retitle.run(title, updatedAt, id);
  const write = ({ text, reasoning, status, error, figures, id }: Message) =>
    setEnd.run(text, reasoning, status, json(error), json(figures), id);

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
        const { id, title, systemPrompt, sampling, overflow, createdAt, updatedAt } = conversation;
        const options = JSON.stringify(sampling);
        insert.run(id, title, systemPrompt, options, overflow, createdAt, updatedAt);
      }),
    update: (conversation, titleChosen) =>
      guarded(() => {
        const { id, title, systemPrompt, sampling, overflow, updatedAt } = conversation;
        update.run(
          title,
          titleChosen ? 1 : 0,
          systemPrompt,
          JSON.stringify(sampling),
          overflow,
          updatedAt,
          id,
        );
      }),
    delete: id => guarded(() => void remove.run(id)),
    tree: conversationId => guarded(() => readTree(messagesOf.all(conversationId))),
    append: (conversation, ...messages) =>
      guarded(() =>
        together(() => {
          setTitleAndTime(conversation);
          for (const message of messages) append(message);
        }),
      ),
    resume: (conversation, answer) =>
      guarded(() =>
        together(() => {
          setTitleAndTime(conversation);
          write(answer);
        }),
      ),
    checkpoint: answer =>
      guarded(() => void setTexts.run(answer.text, answer.reasoning, answer.id)),
    finish: answer => guarded(() => void write(answer)),
    deleteTurn: ({ id, conversationId, parentId }, end) =>
      guarded(() =>
        together(() => {
          followEarlier.run({ earlier: parentId, question: id });
          removeMessage.run(id);
          if (end !== null) show.run({ conversationId, end });
        }),
      ),
    show: (conversationId, end) => guarded(() => void show.run({ conversationId, end })),
    failRunning: error => guarded(() => Number(failRunning.run(JSON.stringify(error)).changes)),
  };
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
