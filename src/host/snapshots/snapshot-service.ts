import type { EngineContract } from '#shared/contract/engine-contract.ts';
import { AppError, toErrorData } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import type { Client } from '#shared/rpc/client.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import type { CacheHolder } from '#shared/snapshot/snapshot.ts';
import { snapshotDamaged } from '#shared/snapshot/snapshot-refusal.ts';
import {
  automaticSnapshotTokens,
  type SnapshotEvent,
  type SnapshotState,
} from '#shared/snapshot/snapshot-state.ts';
import type { LoadedModel } from '../model/model-service.ts';
import { toEvict } from './snapshot-budget.ts';
import type { SnapshotFiles } from './snapshot-files.ts';

/**
 * Keeps the cells of chats on the disk. One thing at a time, in the order in which it was asked for;
 * in the engine each of them waits for the turn that runs, and the next turn for it.
 */
export interface SnapshotService {
  readonly state: Signal<SnapshotState>;
  /**
   * Gives the cells to the chat that is looked at, unless an answer is being written: those of another
   * chat are saved first. To be called when a chat was opened or left, and when a model was loaded.
   */
  review(): void;
  /** What the cells of this chat hold is another thing now. */
  turnEnded(conversationId: string): void;
  /** Gives the cells to a chat that is about to have a turn. Never rejects. */
  prepare(conversationId: string): Promise<void>;
  /** Saves what the cells hold, because they are about to go. Never rejects. */
  keepCells(): Promise<void>;
  /** @throws AppError `busy`, `no-model`, `snapshot-failed` */
  save(conversationId: string): Promise<void>;
  /** Forgets what is on the disk of a chat, and does not save its cells before its next turn. */
  discard(conversationId: string): Promise<void>;
  discardAll(): Promise<void>;
  /** Removes what is beyond the budget. */
  trim(): void;
}

export interface SnapshotServiceOptions {
  readonly files: SnapshotFiles;
  /** The chat that the cells hold, as the engine said last; null: it has not said. */
  readonly heldConversation: () => string | null;
  /** The model that can be asked now; null while there is none. */
  readonly model: () => LoadedModel | null;
  readonly isAnswering: () => boolean;
  /** The chat that was opened last and is still looked at. */
  readonly openConversation: () => string | null;
  /** False for one that has been deleted. */
  readonly exists: (conversationId: string) => boolean;
  /** Bytes. */
  readonly budget: () => number;
}

const keptEvents = 8;

export function createSnapshotService(options: SnapshotServiceOptions): SnapshotService {
  const { files } = options;
  const state = createSignal<SnapshotState>({ activity: null, kept: files.list(), events: [] });
  /** Their cells hold what the user has deleted. */
  const withheld = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  let events = 0;

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    underWay++;
    const running = last.then(work).finally(() => underWay--);
    last = running.catch(() => {});
    return running;
  }

  function tell(event: Omit<SnapshotEvent, 'sequence'> | null): void {
    const before = state.get();
    const all =
      event === null ? before.events : [...before.events, { ...event, sequence: ++events }];
    state.set({ activity: null, kept: files.list(), events: all.slice(-keptEvents) });
  }

  async function give(conversationId: string | null): Promise<void> {
    const model = options.model();
    if (model === null || options.isAnswering()) return;
    const { client } = model.session;
    const holder = await client.call('snapshot.holder', {});
    if (holder !== null && holder.conversationId === conversationId) return;
    if (holder !== null && isDue(holder)) await saveCells(client, holder).catch(() => {});
    if (conversationId !== null) await restore(client, conversationId);
  }

  function isDue({ conversationId, tokens, saved }: CacheHolder): boolean {
    if (options.budget() === 0 || withheld.has(conversationId)) return false;
    if (tokens < automaticSnapshotTokens || !options.exists(conversationId)) return false;
    return !saved || !files.list().some(kept => kept.conversationId === conversationId);
  }

  /** @throws AppError; it has been told */
  async function saveCells(client: Client<EngineContract>, holder: CacheHolder): Promise<void> {
    const { conversationId, tokens } = holder;
    const startedAt = performance.now();
    state.set({ ...state.get(), activity: { kind: 'saving', conversationId } });
    try {
      refuseBeyondBudget(holder, options.budget());
      const statePath = await files.newStatePath(conversationId);
      const snapshot = await client.call('snapshot.save', { conversationId, statePath });
      if (snapshot === null) throw heldByAnother();
      await files.commit(snapshot, statePath);
      await evict(conversationId);
    } catch (thrown) {
      const error = saveError(thrown);
      tell({ kind: 'failed', conversationId, tokens, ms: performance.now() - startedAt, error });
      throw AppError.fromData(error);
    }
    const ms = performance.now() - startedAt;
    tell({ kind: 'saved', conversationId, tokens, ms, error: null });
  }

  async function evict(spared: string | null): Promise<void> {
    const evicted = toEvict(files.list(), options.budget(), spared);
    for (const conversationId of evicted) await files.remove(conversationId);
  }

  async function restore(client: Client<EngineContract>, conversationId: string): Promise<void> {
    const kept = files.list().find(each => each.conversationId === conversationId);
    if (kept === undefined || !options.exists(conversationId)) return;
    state.set({ ...state.get(), activity: { kind: 'restoring', conversationId } });
    const startedAt = performance.now();
    try {
      const stored = await files.read(conversationId);
      if (stored === null) return;
      const { tokens, ms } = await client.call('snapshot.restore', stored);
      await files.touch(conversationId);
      tell({ kind: 'restored', conversationId, tokens, ms, error: null });
    } catch (thrown) {
      const error = restoreError(thrown);
      // What is wrong with the file stays wrong; one that ended the engine would do it again.
      if (error.code === 'snapshot-damaged') await files.remove(conversationId).catch(() => {});
      const ms = performance.now() - startedAt;
      tell({ kind: 'refused', conversationId, tokens: kept.tokens, ms, error });
    }
  }

  function review(): void {
    inOrder(() => give(options.openConversation())).catch(() => {});
  }

  return {
    state,
    review,
    turnEnded(conversationId) {
      withheld.delete(conversationId);
      review();
    },
    async prepare(conversationId) {
      // Nearly always: no question to the engine before the first token.
      if (underWay === 0 && options.heldConversation() === conversationId) return;
      await inOrder(() => give(conversationId)).catch(() => {});
    },
    keepCells: () => inOrder(() => give(null)).catch(() => {}),

    save: conversationId =>
      inOrder(async () => {
        const model = options.model();
        if (model === null) throw noModel();
        if (options.isAnswering()) throw answering();
        const holder = await model.session.client.call('snapshot.holder', {});
        if (holder?.conversationId !== conversationId) throw heldByAnother();
        withheld.delete(conversationId);
        await saveCells(model.session.client, holder);
      }),

    discard: conversationId => {
      withheld.add(conversationId);
      return inOrder(async () => {
        await files.remove(conversationId);
        tell(null);
      });
    },

    discardAll: () =>
      inOrder(async () => {
        for (const { conversationId } of files.list()) await files.remove(conversationId);
        tell(null);
      }),

    trim() {
      inOrder(async () => {
        await evict(null);
        tell(null);
      }).catch(() => {});
    },
  };
}

/** @throws AppError `snapshot-failed` */
function refuseBeyondBudget({ bytes }: CacheHolder, budget: number): void {
  if (bytes === null || bytes <= budget) return;
  throw new AppError(
    'snapshot-failed',
    `The cache of this chat was not saved: it takes ${formatBytes(bytes)}, and all snapshots together may take ${formatBytes(budget)}.`,
    { suggestion: 'Raise that limit, or let the model read the chat again next time.' },
  );
}

function saveError(thrown: unknown) {
  if (thrown instanceof AppError && thrown.code !== 'connection-lost') return thrown.data;
  return new AppError('snapshot-failed', 'The cache of this chat could not be saved.', {
    suggestion: 'The chat itself is saved; its snapshot, if there was one, is the one from before.',
    details: toErrorData(thrown).details ?? String(thrown),
  }).data;
}

function restoreError(thrown: unknown) {
  const error = toErrorData(thrown);
  if (error.code !== 'connection-lost') return error;
  return snapshotDamaged('The engine ended while it was read.', error.message).data;
}

function heldByAnother(): AppError {
  return new AppError('snapshot-failed', 'The cache does not hold this chat.', {
    suggestion: 'Send a message in it first: then its cells can be saved.',
  });
}

function noModel(): AppError {
  return new AppError('no-model', 'No model is loaded, so there are no cells to save.', {
    suggestion: 'Load a model first.',
  });
}

function answering(): AppError {
  return new AppError('busy', 'The model is writing an answer.', {
    suggestion: 'Stop the answer, or wait for its end.',
  });
}
