import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { FitBasis, FitQuestion, FitRow } from '#shared/fit/fit.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import type { Connection } from '../connection/connection.ts';
import { choiceFor, type FitChoice, type FitModel, firstPreset, questionOf } from './fit-choice.ts';
import { type FitLines, fitLines } from './fit-lines.ts';
import { type FitSubject, fileSubject, presetSubject } from './fit-subject.ts';

/** What the engine answered. */
export interface FitTable {
  /** By {@link rowKey}; those that have not been answered again are of the question before. */
  readonly rows: ReadonlyMap<string, FitRow>;
  /** How many of them answer the question that is open; all of them when none is. */
  readonly answered: number;
  readonly basis: FitBasis | null;
  readonly lines: FitLines | null;
  readonly pending: boolean;
  readonly error: AppErrorData | null;
}

export interface FitState {
  readonly choice: FitChoice;
  /** Null while a file is being read, or none is chosen. */
  readonly subject: FitSubject | null;
  readonly table: FitTable;
}

/** The Fit page's choice and the engine's answer to it; kept while other pages are shown. */
export interface Fit {
  readonly store: StoreApi<FitState>;
  change(changes: Partial<FitChoice>): void;
  /** Another model; what only means something for the one before is left open again. */
  choose(model: FitModel): void;
  /** The model to begin with, while nobody has chosen one. */
  suggest(model: FitModel): void;
  /** Asks about the choice as it is now; a question that is open is given up. */
  ask(): void;
}

export function rowKey(typeK: CacheType, typeV: CacheType): string {
  return `${typeK}:${typeV}`;
}

const noTable: FitTable = {
  rows: new Map(),
  answered: 0,
  basis: null,
  lines: null,
  pending: false,
  error: null,
};

/** @param onFrame runs its argument with the next frame; rows that come in between are one update */
export function createFit(connection: Connection, onFrame: (run: () => void) => void): Fit {
  const store = createStore<FitState>(() => stateFor(firstPreset));
  let asking: AbortController | null = null;
  let chosen = false;

  const setTable = (changes: Partial<FitTable>) =>
    store.setState(({ table }) => ({ table: { ...table, ...changes } }));

  async function subjectOf({ model }: FitQuestion): Promise<FitSubject | null> {
    const { subject } = store.getState();
    if (model.kind === 'preset' || subject !== null) return subject;
    return fileSubject(await connection.call('model.describe', { path: model.path }));
  }

  async function answer(question: FitQuestion, signal: AbortSignal): Promise<void> {
    const rows = new Map<string, FitRow>();
    let frameWanted = false;
    const show = () => {
      frameWanted = false;
      if (signal.aborted) return;
      const before = store.getState().table.rows;
      setTable({ rows: new Map([...before, ...rows]), answered: rows.size });
    };
    try {
      const subject = await subjectOf(question);
      if (signal.aborted) return;
      store.setState({ subject });
      const basis = await connection.stream('model.fit', question, {
        signal,
        onItem(row) {
          rows.set(rowKey(row.typeK, row.typeV), row);
          if (frameWanted) return;
          frameWanted = true;
          onFrame(show);
        },
      });
      setTable({ rows, answered: rows.size, basis, pending: false });
      const lines = await fitLines(connection, question, rows, subject);
      if (!signal.aborted) setTable({ lines });
    } catch (thrown) {
      if (!signal.aborted) setTable({ ...noTable, error: toErrorData(thrown) });
    }
  }

  return {
    store,

    change(changes) {
      store.setState(({ choice }) => ({ choice: { ...choice, ...changes } }));
    },

    suggest(model) {
      if (!chosen) store.setState(stateFor(model));
      chosen = true;
    },

    choose(model) {
      chosen = true;
      const { choice } = store.getState();
      const { contextLength, gpuLayers, types } = choiceFor(model);
      store.setState({
        ...stateFor(model),
        choice: { ...choice, model, contextLength, gpuLayers, types },
      });
    },

    ask() {
      asking?.abort();
      const question = questionOf(store.getState().choice);
      if (question === null) {
        setTable(noTable);
        return;
      }
      asking = new AbortController();
      setTable({ answered: 0, pending: true, error: null });
      void answer(question, asking.signal);
    },
  };
}

function stateFor(model: FitModel): FitState {
  const subject = model.kind === 'preset' ? presetSubject(model.id) : null;
  return { choice: choiceFor(model), subject, table: noTable };
}
