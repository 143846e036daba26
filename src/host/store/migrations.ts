/**
 * The schema's history, oldest first: entry n brings a database from version n to n + 1
 * (`PRAGMA user_version`). What was released is never edited; a change is a new entry.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE conversations (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    -- 1 once the user has named it: the first message then no longer does.
    title_chosen INTEGER NOT NULL DEFAULT 0,
    system_prompt TEXT NOT NULL,
    sampling TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE INDEX conversations_by_update ON conversations (updated_at DESC, seq DESC);

  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES messages (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    error TEXT,
    figures TEXT,
    model_name TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE INDEX messages_by_conversation ON messages (conversation_id, seq);
  CREATE INDEX messages_by_parent ON messages (parent_id);
  CREATE INDEX messages_running ON messages (status) WHERE status = 'running';

  -- Contentless: the words only, the texts stay in their tables. The row ids are theirs.
  CREATE VIRTUAL TABLE conversation_words USING fts5 (
    title, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
  CREATE VIRTUAL TABLE message_words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );

  CREATE TRIGGER conversation_words_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO conversation_words (rowid, title) VALUES (new.seq, new.title);
  END;
  CREATE TRIGGER conversation_words_update AFTER UPDATE OF title ON conversations BEGIN
    DELETE FROM conversation_words WHERE rowid = old.seq;
    INSERT INTO conversation_words (rowid, title) VALUES (new.seq, new.title);
  END;
  CREATE TRIGGER conversation_words_delete AFTER DELETE ON conversations BEGIN
    DELETE FROM conversation_words WHERE rowid = old.seq;
  END;

  -- A running answer is written twice a second; it enters the index once, when it has ended.
  CREATE TRIGGER message_words_insert AFTER INSERT ON messages WHEN new.status <> 'running' BEGIN
    INSERT INTO message_words (rowid, text) VALUES (new.seq, new.text);
  END;
  CREATE TRIGGER message_words_update AFTER UPDATE OF text, status ON messages
  WHEN new.status <> 'running' BEGIN
    DELETE FROM message_words WHERE rowid = old.seq;
    INSERT INTO message_words (rowid, text) VALUES (new.seq, new.text);
  END;
  CREATE TRIGGER message_words_delete AFTER DELETE ON messages BEGIN
    DELETE FROM message_words WHERE rowid = old.seq;
  END;
  `,
  `
  CREATE TABLE load_records (
    seq INTEGER PRIMARY KEY,
    model_path TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;

  CREATE INDEX load_records_by_model ON load_records (model_path, seq);
  `,
  `
  -- Messages with the same parent are branches. The highest of a conversation is the end of the one that
  -- is shown; it goes up whenever a branch is shown.
  ALTER TABLE messages ADD COLUMN shown_order INTEGER NOT NULL DEFAULT 0;
  UPDATE messages SET shown_order = seq;
  `,
  `
  ALTER TABLE conversations ADD COLUMN overflow TEXT NOT NULL DEFAULT 'stop';
  `,
  `
  CREATE TABLE comparisons (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    model_name TEXT NOT NULL,
    configurations TEXT NOT NULL,
    parts TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;

  CREATE INDEX comparisons_by_start ON comparisons (started_at DESC, seq DESC);

  -- Megabytes each: in a table of their own, so that the list passes none of them.
  CREATE TABLE comparison_results (
    seq INTEGER PRIMARY KEY REFERENCES comparisons (seq) ON DELETE CASCADE,
    result TEXT NOT NULL
  ) STRICT;
  `,
];
