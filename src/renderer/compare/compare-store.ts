import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import type { Configuration } from '#shared/compare/configuration.ts';
import type { ComparisonPart, ComparisonProgress } from '#shared/compare/progress.ts';
import type { SavedComparison } from '#shared/compare/saved-comparison.ts';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { Connection } from '../connection/connection.ts';
import {
  askedParts,
  type CompareChoice,
  choiceOf,
  chosen,
  firstChoice,
  requestOf,
  type TestChoice,
} from './compare-choice.ts';

/** A run that goes on. */
export interface RunningComparison {
  /** As they were when it began; the choice may change meanwhile. */
  readonly configurations: readonly Configuration[];
  readonly parts: readonly ComparisonPart[];
  /** Null before the first thing has begun. */
  readonly progress: ComparisonProgress | null;
  readonly cancelling: boolean;
}

/** A finished run. */
export interface ShownComparison {
  readonly result: ComparisonResult;
  /** Null while it could not be kept. */
  readonly saved: SavedComparison | null;
  /** Why it could not be kept. */
  readonly saveError: AppErrorData | null;
}

/** What the left side of the page offers. */
export type ComparePane = 'new' | 'tune' | 'saved';

export interface CompareState {
  readonly pane: ComparePane;
  readonly choice: CompareChoice;
  readonly running: RunningComparison | null;
  /** Why the last run, or the last opening of one, came to nothing. */
  readonly error: AppErrorData | null;
  readonly shown: ShownComparison | null;
  /** Another run beside the shown one. */
  readonly second: ShownComparison | null;
  /** Newest first; null until the first answer. */
  readonly saved: readonly SavedComparison[] | null;
}

/** The Compare page's choice, its run and what came of it; goes on while other pages are shown. */
export interface Compare {
  readonly store: StoreApi<CompareState>;
  show(pane: ComparePane): void;
  change(changes: Partial<Omit<CompareChoice, keyof TestChoice>>): void;
  changeTest<Part extends keyof TestChoice>(part: Part, changes: Partial<TestChoice[Part]>): void;
  add(configuration: Configuration): void;
  changeConfiguration(key: number, changes: Partial<Configuration>): void;
  remove(key: number): void;
  /** The model to begin with, while nobody has chosen one. */
  suggest(path: string): void;
  /** Takes over what a finished run was asked for. */
  repeat(result: ComparisonResult): void;
  start(): void;
  cancel(): void;
  /** Keeps a finished run that could not be kept before. */
  keep(): void;
  open(id: string): void;
  openBeside(id: string | null): void;
  close(): void;
}

export function createCompare(connection: Connection): Compare {
  const store = createStore<CompareState>(() => ({
    pane: 'new',
    choice: firstChoice(''),
    running: null,
    error: null,
    shown: null,
    second: null,
    saved: null,
  }));
  let run: AbortController | null = null;
  let isPathChosen = false;
  /** Of the opening whose answer counts. */
  let opening = 0;
  let listing = 0;
  /** To be opened as soon as there is a connection. */
  let wanted: string | null = null;

  const setChoice = (change: (choice: CompareChoice) => Partial<CompareChoice>) =>
    store.setState(({ choice }) => ({ choice: { ...choice, ...change(choice) } }));

  /** The list, and name and note of what is shown: they may have been changed in another window. */
  async function list(): Promise<void> {
    const mine = ++listing;
    try {
      const saved = await connection.call('comparisons.list', {});
      if (mine !== listing) return;
      const renewed = (shown: ShownComparison | null): ShownComparison | null =>
        shown?.saved == null
          ? shown
          : { ...shown, saved: saved.find(({ id }) => id === shown.saved?.id) ?? null };
      store.setState(({ shown, second }) => ({
        saved,
        shown: renewed(shown),
        second: renewed(second),
      }));
    } catch {
      // The connection broke in between; the next one asks again.
    }
  }

  connection.onOpen(client => {
    client.watch('comparisons.revision', () => void list());
    if (wanted !== null) void load(wanted, 'shown');
    wanted = null;
  });

  async function measure(abort: AbortController): Promise<void> {
    const { choice } = store.getState();
    const request = requestOf(choice);
    try {
      const result = await connection.stream('compare.run', request, {
        signal: abort.signal,
        onItem: progress => {
          if (run !== abort) return;
          store.setState(({ running }) => ({ running: running && { ...running, progress } }));
        },
      });
      opening++;
      store.setState({ shown: { result, saved: null, saveError: null }, second: null });
      await save(result);
    } catch (thrown) {
      // A cancel was the user's wish: nothing to explain.
      if (!abort.signal.aborted) store.setState({ error: toErrorData(thrown) });
    } finally {
      run = null;
      store.setState({ running: null });
    }
  }

  /** A result that the disk has no room for stays on the page, and can be kept later. */
  async function save(result: ComparisonResult): Promise<void> {
    const set = (changes: Partial<ShownComparison>) =>
      store.setState(({ shown }) =>
        shown?.result === result ? { shown: { ...shown, ...changes } } : {},
      );
    set({ saveError: null });
    try {
      set({ saved: await connection.call('comparisons.add', { result }) });
    } catch (thrown) {
      set({ saveError: toErrorData(thrown) });
    }
  }

  async function load(id: string, place: 'shown' | 'second'): Promise<void> {
    const mine = ++opening;
    try {
      const { saved, result } = await connection.call('comparisons.open', { id });
      if (mine !== opening) return;
      const found: ShownComparison = { result, saved, saveError: null };
      store.setState({
        error: null,
        ...(place === 'shown' ? { shown: found, second: null } : { second: found }),
      });
    } catch (thrown) {
      if (mine === opening) store.setState({ error: toErrorData(thrown) });
    }
  }

  return {
    store,

    show: pane => store.setState({ pane }),

    change(changes) {
      if (changes.path !== undefined) isPathChosen = true;
      setChoice(() => changes);
    },

    changeTest(part, changes) {
      setChoice(choice => ({ [part]: { ...choice[part], ...changes } }));
    },

    add(configuration) {
      setChoice(({ configurations }) => ({
        configurations: [...configurations, chosen(configuration)],
      }));
    },

    changeConfiguration(key, changes) {
      setChoice(({ configurations }) => ({
        configurations: configurations.map(each =>
          each.key === key ? { key, configuration: { ...each.configuration, ...changes } } : each,
        ),
      }));
    },

    remove(key) {
      setChoice(({ configurations }) => ({
        configurations: configurations.filter(each => each.key !== key),
      }));
    },

    suggest(path) {
      if (!isPathChosen) setChoice(() => ({ path }));
    },

    repeat(result) {
      isPathChosen = true;
      setChoice(() => choiceOf(result));
      store.setState({ pane: 'new' });
    },

    start() {
      if (run !== null) return;
      run = new AbortController();
      const { configurations, parts } = store.getState().choice;
      store.setState({
        running: {
          configurations: configurations.map(({ configuration }) => configuration),
          parts: askedParts(parts),
          progress: null,
          cancelling: false,
        },
        error: null,
      });
      void measure(run);
    },

    cancel() {
      run?.abort();
      store.setState(({ running }) => ({ running: running && { ...running, cancelling: true } }));
    },

    keep() {
      const { shown } = store.getState();
      if (shown !== null) void save(shown.result);
    },

    open(id) {
      if (connection.status.getState().phase === 'open') void load(id, 'shown');
      else wanted = id;
    },

    openBeside(id) {
      if (id !== null) {
        void load(id, 'second');
        return;
      }
      opening++;
      store.setState({ second: null });
    },

    close() {
      opening++;
      store.setState({ shown: null, second: null, error: null });
    },
  };
}
