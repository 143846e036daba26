import { setTimeout } from 'node:timers/promises';
import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import type { CacheHolder } from '#shared/snapshot/snapshot.ts';
import {
  automaticSnapshotTokens,
  type SnapshotEvent,
  type SnapshotState,
} from '#shared/snapshot/snapshot-state.ts';
import { answering } from '../model/model-errors.ts';
import type { LoadedModel } from '../model/model-service.ts';
import { toEvict } from './snapshot-budget.ts';
import {
  heldByAnother,
  holdsDeleted,
  noModel,
  refuseBeyondBudget,
  restoreError,
  saveError,
} from './snapshot-errors.ts';
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
  /** Gives the cells to a chat, and lets nothing else have them before `begin` has begun its turn. */
  give<R>(conversationId: string, begin: () => Promise<R>): Promise<R>;
  turnEnded(conversationId: string): void;
  /** Saves what the cells hold, because they are about to go; gives up after a while. Never rejects. */
  keepCells(): Promise<void>;
  /** @throws AppError `busy`, `no-model`, `snapshot-failed` */
  save(conversationId: string): Promise<void>;
  /** Removes what is on the disk of a chat; its cells are saved again after its next turn. */
  remove(conversationId: string): Promise<void>;
  /** As `remove`, because of something in it that is being deleted: nobody can save these cells any more. */
  discard(conversationId: string): Promise<void>;
  discardAll(): Promise<void>;
  /** Removes what is beyond the budget. */
  trim(): void;
}

export interface SnapshotServiceOptions {
  readonly files: SnapshotFiles;
  /** What the cells hold, as the engine said last; null: it has not said. */
  readonly held: () => CacheMap | null;
  /** The model that can be asked now; null while there is none. */
  readonly model: () => LoadedModel | null;
  readonly isAnswering: () => boolean;
  /** The chats that somebody looks at, the one that was opened last at the end. */
  readonly openConversations: () => readonly string[];
  /** False for one that has been deleted. */
  readonly exists: (conversationId: string) => boolean;
  /** Bytes. */
  readonly budget: () => number;
}

/** A save that takes longer holds nothing up any more; the snapshot before it stays until it is done. */
const keepCellsMs = 20_000;
const keptEvents = 8;

/** Cells that are not to be saved by themselves, or at all, until another turn has changed them. */
interface Withheld {
  readonly answerId: string;
  readonly holdsDeleted: boolean;
}

export function createSnapshotService(options: SnapshotServiceOptions): SnapshotService {
  const { files } = options;
  const state = createSignal<SnapshotState>({ activity: null, kept: files.list(), events: [] });
  const withheld = new Map<string, Withheld>();
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  /** Who was given the cells last: the engine's word comes a little later. */
  let given: string | null = null;
  let events = 0;

  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    underWay++;
    const running = last.then(work).finally(() => underWay--);
    last = running.catch(() => {});
    return running;
  }

  function tell(event: Omit<SnapshotEvent, 'sequence'>): void {
    const all = [...state.get().events, { ...event, sequence: ++events }];
    state.set({ activity: null, kept: files.list(), events: all.slice(-keptEvents) });
  }

  /** What went wrong before is of no interest any more. @param conversationId null: of all chats */
  function settle(conversationId: string | null): void {
    const left = state
      .get()
      .events.filter(
        event =>
          event.error === null ||
          (conversationId !== null && event.conversationId !== conversationId),
      );
    state.set({ ...state.get(), kept: files.list(), events: left });
  }

  /** Whether this very model can still be asked, with nobody using its cells. */
  function isFree({ session }: LoadedModel): boolean {
    return options.model()?.session === session && session.isAlive() && !options.isAnswering();
  }

  async function swap(wanted: () => string | null): Promise<void> {
    const model = options.model();
    if (model === null || !isFree(model)) return;
    const holder = await model.session.client.call('snapshot.holder', {});
    if (holder !== null && holder.conversationId === wanted()) return;
    if (holder !== null && isDue(holder) && isFree(model)) {
      await saveCells(model, holder).catch(() => {});
    }
    // Saving takes its time: another chat may be looked at by now.
    const conversationId = wanted();
    if (conversationId === null || conversationId === holder?.conversationId) return;
    if (isFree(model)) await restore(model, conversationId);
  }

  const keptOf = (conversationId: string) =>
    files.list().find(kept => kept.conversationId === conversationId);

  function isDue({ conversationId, answerId, tokens, saved }: CacheHolder): boolean {
    if (options.budget() === 0 || withheld.get(conversationId)?.answerId === answerId) return false;
    if (tokens < automaticSnapshotTokens || !options.exists(conversationId)) return false;
    return !saved || keptOf(conversationId)?.tokens !== tokens;
  }

  function refuseDeleted({ conversationId, answerId }: CacheHolder): void {
    const held = withheld.get(conversationId);
    const isGone = !options.exists(conversationId);
    if (isGone || (held?.answerId === answerId && held.holdsDeleted)) throw holdsDeleted();
  }

  /** @throws AppError; it has been told */
  async function saveCells({ session }: LoadedModel, holder: CacheHolder): Promise<void> {
    const { conversationId, tokens } = holder;
    const startedAt = performance.now();
    state.set({ ...state.get(), activity: { kind: 'saving', conversationId } });
    try {
      refuseBeyondBudget(holder, options.budget());
      const statePath = await files.newStatePath(conversationId);
      try {
        const request = { conversationId, statePath };
        const snapshot = await session.client.call('snapshot.save', request);
        if (snapshot === null) throw heldByAnother();
        // Something in it may have been deleted since.
        refuseDeleted(holder);
        await files.commit(snapshot, statePath);
      } catch (thrown) {
        await files.abandon(statePath).catch(() => {});
        throw thrown;
      }
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

  async function restore({ session }: LoadedModel, conversationId: string): Promise<void> {
    const kept = keptOf(conversationId);
    if (kept === undefined || !options.exists(conversationId)) return;
    const startedAt = performance.now();
    state.set({ ...state.get(), activity: { kind: 'restoring', conversationId } });
    try {
      const stored = await files.read(conversationId);
      if (stored === null) return;
      const { tokens, ms } = await session.client.call('snapshot.restore', stored);
      given = conversationId;
      await files.touch(conversationId).catch(() => {});
      tell({ kind: 'restored', conversationId, tokens, ms, error: null });
    } catch (thrown) {
      await refuse(await restoreError(session, thrown), conversationId, kept.tokens, startedAt);
    } finally {
      state.set({ ...state.get(), activity: null });
    }
  }

  /** @param error null: nobody's fault, and of no interest */
  async function refuse(
    error: AppErrorData | null,
    conversationId: string,
    tokens: number,
    startedAt: number,
  ): Promise<void> {
    if (error === null) return;
    // What is wrong with the file stays wrong; one that ended the engine would do it again.
    if (error.code === 'snapshot-damaged') await files.remove(conversationId).catch(() => {});
    const ms = performance.now() - startedAt;
    tell({ kind: 'refused', conversationId, tokens, ms, error });
  }

  /** At once: a save that is under way looks at `withheld` before it counts. */
  async function removeNow(conversationId: string, isDeleted: boolean): Promise<void> {
    const held = options.held();
    if (held?.conversationId === conversationId) {
      withheld.set(conversationId, { answerId: held.answerId, holdsDeleted: isDeleted });
    }
    await files.remove(conversationId);
    settle(conversationId);
  }

  function review(): void {
    inOrder(() => swap(() => options.openConversations().at(-1) ?? null)).catch(() => {});
  }

  return {
    state,
    review,

    async give(conversationId, begin) {
      const has = given === conversationId && options.held()?.conversationId === conversationId;
      // Nearly always: no question to the engine before the first token.
      if (underWay === 0 && has) return await begin();
      return await inOrder(async () => {
        await swap(() => conversationId).catch(() => {});
        given = conversationId;
        return await begin();
      });
    },

    turnEnded(conversationId) {
      settle(conversationId);
      // While somebody looks at it, it keeps the cells: the next turn is probably its own.
      if (!options.openConversations().includes(conversationId)) review();
    },

    async keepCells() {
      const kept = inOrder(() => swap(() => null)).catch(() => {});
      const done = new AbortController();
      const tooLong = setTimeout(keepCellsMs, null, { ref: false, signal: done.signal });
      await Promise.race([kept, tooLong.catch(() => {})]);
      done.abort();
    },

    save: conversationId =>
      inOrder(async () => {
        const model = options.model();
        if (model === null) throw noModel();
        if (options.isAnswering()) throw answering();
        const holder = await model.session.client.call('snapshot.holder', {});
        if (holder?.conversationId !== conversationId) throw heldByAnother();
        refuseDeleted(holder);
        await saveCells(model, holder);
      }),

    remove: conversationId => removeNow(conversationId, false),
    discard: conversationId => removeNow(conversationId, true),

    async discardAll() {
      for (const { conversationId } of files.list()) await removeNow(conversationId, false);
    },

    trim() {
      inOrder(async () => {
        await evict(null);
        settle(null);
      }).catch(() => {});
    },
  };
}
