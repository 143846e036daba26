import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '#host/store/database.ts';
import { migrations } from '#host/store/migrations.ts';
import { openStore } from '#host/store/store.ts';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import { lastShownEnd, shownPath, withoutTurn } from '#shared/chat/message-tree.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { turnFigures } from './fixtures/scripted-engine.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';

let directory: TemporaryDirectory;
let path: string;

beforeEach(async () => {
  directory = await createTemporaryDirectory();
  path = join(directory.path, 'conversations.db');
});
afterEach(() => directory[Symbol.asyncDispose]());

function conversation(title: string, updatedAt = 0): Conversation {
  return {
    id: randomUUID(),
    title,
    systemPrompt: 'Be brief.',
    sampling: samplingSchema.parse({ seed: 7 }),
    overflow: 'drop-oldest',
    createdAt: 0,
    updatedAt,
  };
}

function turnOf(
  { id: conversationId }: Conversation,
  text: string,
  parentId: string | null = null,
): { question: Message; answer: Message } {
  const question: Message = {
    id: randomUUID(),
    conversationId,
    parentId,
    role: 'user',
    text,
    reasoning: '',
    status: 'done',
    error: null,
    figures: null,
    modelName: null,
    createdAt: 1,
  };
  const answer: Message = {
    ...question,
    id: randomUUID(),
    parentId: question.id,
    role: 'assistant',
    text: '',
    status: 'running',
    modelName: 'Tiny',
  };
  return { question, answer };
}

function failureOf(work: () => unknown): AppError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('conversations on disk', () => {
  test('what was written would not come back, or not as it was', () => {
    const chat = conversation('Named');
    const { question, answer } = turnOf(chat, 'Hello');
    const ended: Message = {
      ...answer,
      text: 'Hi',
      reasoning: 'Hm',
      status: 'done',
      figures: turnFigures('end-of-turn'),
    };
    {
      using storeFile = openStore(path);
      const store = storeFile.conversations;
      store.insert(chat);
      store.update({ ...chat, title: 'Renamed', systemPrompt: 'Be long.' }, true);
      store.append({ ...chat, title: 'Renamed', updatedAt: 5 }, question, answer);
      store.finish(ended);
    }
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    expect(store.find(chat.id)).toEqual({
      conversation: { ...chat, title: 'Renamed', systemPrompt: 'Be long.', updatedAt: 5 },
      titleChosen: true,
    });
    expect(store.tree(chat.id).messages).toEqual([question, ended]);
  });

  test('a message that was accepted would be lost when the process is killed at once', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const chat = conversation('Kept');
    store.insert(chat);
    const { question, answer } = turnOf(chat, 'Do not lose me');
    store.append(chat, question, answer);
    store.checkpoint({ ...answer, text: 'Half an ans' });
    // Another connection sees only what has left this process.
    using otherFile = openStore(path);
    const other = otherFile.conversations;
    expect(other.tree(chat.id).messages.map(({ text }) => text)).toEqual([
      'Do not lose me',
      'Half an ans',
    ]);
    using raw = new DatabaseSync(path);
    expect(raw.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  test('half of a turn would be stored when the other half is refused', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const chat = conversation('Whole');
    store.insert(chat);
    const { question, answer } = turnOf(chat, 'Hello');
    const orphan = { ...answer, conversationId: randomUUID() };
    expect(() => store.append({ ...chat, title: 'Changed' }, question, orphan)).toThrow();
    expect(store.tree(chat.id).messages).toEqual([]);
    expect(store.find(chat.id)?.conversation.title).toBe('Whole');
  });

  test('an answer that was running when the app was closed would run for ever', () => {
    const chat = conversation('Cut off');
    const { question, answer } = turnOf(chat, 'Hello');
    const error = new AppError('cancelled', 'Headroom was closed.').data;
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    store.insert(chat);
    store.append(chat, question, answer);
    store.checkpoint({ ...answer, text: 'Half' });
    expect(store.failRunning(error)).toBe(1);
    expect(store.failRunning(error)).toBe(0);
    expect(store.tree(chat.id).messages[1]).toEqual({
      ...answer,
      text: 'Half',
      status: 'failed',
      error,
    });
    expect(store.list('half')).toHaveLength(1);
  });

  test('a deleted conversation would live on in the search, or its messages on the disk', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const chat = conversation('Secret plan');
    const { question, answer } = turnOf(chat, 'hidden words');
    const next = turnOf(chat, 'and more', answer.id);
    store.insert(chat);
    store.append(chat, question, answer);
    store.finish({ ...answer, status: 'done', text: 'answer' });
    store.append(chat, next.question, next.answer);
    store.delete(chat.id);
    expect(store.list('')).toEqual([]);
    expect(store.list('secret')).toEqual([]);
    expect(store.list('hidden')).toEqual([]);
    using raw = new DatabaseSync(path);
    expect(raw.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({ n: 0 });
    expect(raw.prepare('SELECT count(*) AS n FROM message_words').get()).toEqual({ n: 0 });
  });
});

describe('branches on disk', () => {
  test('a branch that was chosen would be another one after a restart', () => {
    const chat = conversation('Two ways');
    const [one, other] = [turnOf(chat, 'One'), turnOf(chat, 'Other')];
    {
      using storeFile = openStore(path);
      const store = storeFile.conversations;
      store.insert(chat);
      store.append(chat, one.question, one.answer);
      store.append(chat, other.question, other.answer);
      expect(shownPath(store.tree(chat.id))).toEqual([other.question, other.answer]);
      store.show(chat.id, one.answer.id);
    }
    using storeFile = openStore(path);
    expect(shownPath(storeFile.conversations.tree(chat.id))).toEqual([one.question, one.answer]);
  });

  test('a continued answer that the app’s end cuts would keep how it had ended before', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const chat = conversation('Cut twice');
    const { question, answer } = turnOf(chat, 'Hello');
    const error = new AppError('cancelled', 'Headroom was closed.').data;
    store.insert(chat);
    store.append(chat, question, answer);
    const ended = { ...answer, text: 'Half', figures: turnFigures('stopped') };
    store.finish({ ...ended, status: 'done' });
    store.resume({ ...chat, updatedAt: 9 }, { ...ended, figures: null });
    store.checkpoint({ ...answer, text: 'Half and more' });
    expect(store.find(chat.id)?.conversation.updatedAt).toBe(9);
    expect(store.list('half')).toHaveLength(1);
    store.failRunning(error);
    expect(store.tree(chat.id).messages[1]).toEqual({
      ...answer,
      text: 'Half and more',
      status: 'failed',
      error,
    });
    expect(store.list('more')).toHaveLength(1);
  });

  const move = fc.record({
    kind: fc.constantFrom('send', 'edit', 'regenerate', 'delete', 'show'),
    pick: fc.nat(),
  });

  test('deleting would do something else to the file than what the page is told', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    fc.assert(
      fc.property(fc.array(move, { maxLength: 20 }), moves => {
        const chat = conversation('Many ways');
        store.insert(chat);
        for (const { kind, pick } of moves) {
          const tree = store.tree(chat.id);
          const questions = tree.messages.filter(({ role }) => role === 'user');
          const picked = questions[pick % Math.max(1, questions.length)];
          const parent = kind === 'edit' ? picked?.parentId : shownPath(tree).at(-1)?.id;
          const { question, answer } = turnOf(chat, kind, parent ?? null);
          if (kind === 'send' || picked === undefined || kind === 'edit') {
            store.append(chat, question, answer);
            expect(shownPath(store.tree(chat.id)).at(-1)).toEqual(answer);
          } else if (kind === 'regenerate') {
            store.append(chat, { ...answer, parentId: picked.id });
          } else if (kind === 'show') {
            store.show(chat.id, lastShownEnd(tree, picked.id) ?? '');
            expect(shownPath(store.tree(chat.id))).toContainEqual(picked);
          } else {
            const rest = withoutTurn(tree, picked);
            const end = lastShownEnd(rest, picked.parentId);
            store.deleteTurn(picked, end);
            const after = store.tree(chat.id);
            expect(after.messages).toEqual(rest.messages);
            expect(shownPath(after).at(-1)?.id ?? null).toBe(end);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the list of conversations', () => {
  test('the newest one would be somewhere down the list', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    for (const [title, time] of [
      ['middle', 2],
      ['oldest', 1],
      ['newest', 3],
    ] as const) {
      store.insert(conversation(title, time));
    }
    expect(store.list('').map(({ title }) => title)).toEqual(['newest', 'middle', 'oldest']);
  });

  test('a search would miss messages, accents, word beginnings, or find across conversations', () => {
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const tea = conversation('Grüner Tee');
    const cache = conversation('Cache sizes');
    for (const chat of [tea, cache]) store.insert(chat);
    const { question, answer } = turnOf(cache, 'How large is a quantized one?');
    store.append(cache, question, answer);
    store.checkpoint({ ...answer, text: 'half of an' });
    expect(store.list('half')).toEqual([]);
    store.finish({ ...answer, text: 'Half of an f16 one.', status: 'done' });

    const found = (query: string) => store.list(query).map(({ title }) => title);
    expect(found('gruner')).toEqual(['Grüner Tee']);
    expect(found('quant')).toEqual(['Cache sizes']);
    expect(found('LARGE QUANTIZED')).toEqual(['Cache sizes']);
    expect(found('half f16')).toEqual(['Cache sizes']);
    expect(found('tee cache')).toEqual([]);
    expect(found('" OR *')).toEqual([]);
    expect(found('?!')).toEqual([]);
    store.update({ ...tea, title: 'Black tea' }, true);
    expect(found('gruner')).toEqual([]);
    expect(found('bla')).toEqual(['Black tea']);
  });
});

describe('a column that cannot be understood', () => {
  test('one damaged column would make the whole conversation unreadable', () => {
    const chat = conversation('Odd');
    const { question, answer } = turnOf(chat, 'Hello');
    {
      using storeFile = openStore(path);
      const store = storeFile.conversations;
      store.insert(chat);
      store.append(chat, question, answer);
      using raw = new DatabaseSync(path);
      raw.exec(
        `UPDATE conversations SET sampling = '{"temperature": "hot"}';
         UPDATE messages SET figures = '{not json', error = '7', status = 'failed' WHERE role = 'assistant'`,
      );
    }
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    expect(store.find(chat.id)?.conversation.sampling).toEqual(samplingSchema.parse({}));
    const read = store.tree(chat.id).messages[1];
    expect(read?.figures).toBeNull();
    expect(read?.error?.code).toBe('storage-failed');
  });
});

describe('the file', () => {
  const later = [...migrations, 'ALTER TABLE conversations ADD COLUMN pinned INTEGER'];

  test('the messages of an earlier release would be out of sight after the update', async () => {
    const chat = conversation('From before');
    const [first, second] = [turnOf(chat, 'One'), turnOf(chat, 'Two')];
    const chain = [first.question, first.answer, second.question, second.answer];
    {
      using before = openDatabase(path, migrations.slice(0, 2));
      const { id, title, systemPrompt, sampling } = chat;
      before
        .prepare(
          `INSERT INTO conversations (id, title, system_prompt, sampling, created_at, updated_at)
           VALUES (?, ?, ?, ?, 0, 0)`,
        )
        .run(id, title, systemPrompt, JSON.stringify(sampling));
      const insert = before.prepare(
        `INSERT INTO messages (id, conversation_id, parent_id, role, text, reasoning, status, created_at)
         VALUES (?, ?, ?, ?, ?, '', 'done', 1)`,
      );
      for (const [index, message] of chain.entries()) {
        insert.run(message.id, id, chain[index - 1]?.id ?? null, message.role, `text ${index}`);
      }
    }
    using storeFile = openStore(path);
    const store = storeFile.conversations;
    const shown = shownPath(store.tree(chat.id));
    expect(shown.map(({ text }) => text)).toEqual(['text 0', 'text 1', 'text 2', 'text 3']);
    expect(store.list('text 2')).toHaveLength(1);
    expect(await readdir(directory.path)).toContain('conversations.db.backup-format-2');
    // What is asked next follows what was asked last.
    const next = turnOf(chat, 'Three', second.answer.id);
    store.append(chat, next.question, next.answer);
    expect(shownPath(store.tree(chat.id))).toHaveLength(6);
  });

  test('a migration that goes wrong would be the end of the conversations', async () => {
    const chat = conversation('Precious');
    {
      using storeFile = openStore(path);
      const store = storeFile.conversations;
      store.insert(chat);
    }
    openDatabase(path, later).close();
    const backups = (await readdir(directory.path)).filter(name => name.includes('backup'));
    expect(backups).toEqual([`conversations.db.backup-format-${migrations.length}`]);
    using backupFile = openStore(join(directory.path, backups[0] ?? ''));
    const backup = backupFile.conversations;
    expect(backup.list('')).toHaveLength(1);
    using migrated = new DatabaseSync(path);
    expect(migrated.prepare('SELECT title, pinned FROM conversations').get()).toEqual({
      title: 'Precious',
      pinned: null,
    });
  });

  test('a migration that fails would leave half of itself behind', () => {
    openStore(path)[Symbol.dispose]();
    const broken = [...migrations, 'CREATE TABLE left_over (x); SELECT no_such_function()'];
    const failure = failureOf(() => openDatabase(path, broken));
    expect(failure.code).toBe('storage-failed');
    using raw = new DatabaseSync(path);
    expect(raw.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    expect(raw.prepare("SELECT name FROM sqlite_schema WHERE name = 'left_over'").get()).toBe(
      undefined,
    );
  });

  test('the file of a newer release would be changed by an older one', async () => {
    openDatabase(path, later).close();
    const before = await readFile(path);
    const failure = failureOf(() => openStore(path));
    expect(failure.code).toBe('storage-failed');
    expect(failure.message).toContain(path);
    expect(failure.message).toContain('newer Headroom');
    expect(failure.data.suggestion).toContain('Update Headroom');
    expect(await readFile(path)).toEqual(before);
  });

  test('a file that is no database would be replaced, or refused without its name', async () => {
    await writeFile(path, 'These are my notes, not a database.'.repeat(100));
    const before = await readFile(path);
    const failure = failureOf(() => openStore(path));
    expect(failure.code).toBe('storage-failed');
    expect(failure.message).toContain(path);
    expect(failure.data.suggestion).toMatch(/Nothing was deleted.*Move the file/);
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(directory.path)).toEqual([basename(path)]);
  });

  test('a damaged page would be found only when a conversation is opened, or never', async () => {
    {
      using storeFile = openStore(path);
      const store = storeFile.conversations;
      for (let n = 0; n < 200; n++) store.insert(conversation(`Number ${n} ${'x'.repeat(200)}`));
    }
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(4096 * 4, 0xa5), 0, 4096 * 4, Math.floor(size / 2 / 4096) * 4096);
    await file.close();
    const failure = failureOf(() => openStore(path));
    expect(failure.code).toBe('storage-failed');
    expect(failure.message).toContain(path);
    expect(failure.message).toContain('damaged');
    expect((await stat(path)).size).toBe(size);
  });

  test('a data folder that cannot be written to would be an error without a place', () => {
    const failure = failureOf(() => openStore(join(directory.path, 'no', 'such.db')));
    expect(failure.code).toBe('storage-failed');
    expect(failure.message).toContain('such.db');
    expect(failure.data.suggestion).toContain('folder');
  });
});
