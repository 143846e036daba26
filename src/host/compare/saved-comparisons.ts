import { randomUUID } from 'node:crypto';
import { type ComparisonResult, comparisonResultSchema } from '#shared/compare/comparison.ts';
import { comparisonName } from '#shared/compare/comparison-name.ts';
import { configurationNames } from '#shared/compare/configuration.ts';
import { comparisonParts } from '#shared/compare/progress.ts';
import type { ComparisonChanges, SavedComparison } from '#shared/compare/saved-comparison.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import type { ComparisonStore } from '../store/comparison-store.ts';

/** Runs that the user has kept. Every method throws AppError `storage-failed` as the store does. */
export interface SavedComparisons {
  /** Goes up whenever the list has changed. */
  readonly revision: Signal<number>;
  /** Those that began last first. */
  list(): SavedComparison[];
  /** Gives it a name. */
  add(result: ComparisonResult): SavedComparison;
  /** @throws AppError `not-found`; `storage-failed` when the figures cannot be read any more: they stay */
  open(id: string): { saved: SavedComparison; result: ComparisonResult };
  /** @throws AppError `not-found` */
  update(changes: ComparisonChanges): SavedComparison;
  /** @throws AppError `not-found` */
  delete(id: string): void;
}

export function createSavedComparisons(store: ComparisonStore): SavedComparisons {
  const revision = createSignal(0);
  const listChanged = () => revision.set(revision.get() + 1);

  function get(id: string): SavedComparison {
    const found = store.find(id);
    if (found !== null) return found;
    throw new AppError('not-found', 'This run does not exist any more.', {
      suggestion: 'Choose another one from the list, or measure again.',
    });
  }

  return {
    revision,
    list: () => store.list(),

    add(result) {
      const saved: SavedComparison = {
        id: randomUUID(),
        name: comparisonName(result),
        note: '',
        modelName: result.facts.model.name,
        configurations: configurationNames(result.configurations),
        parts: comparisonParts.filter(part => result[part] !== null),
        startedAt: result.facts.startedAt,
      };
      store.insert(saved, result);
      listChanged();
      return saved;
    },

    open(id) {
      const saved = get(id);
      const result = comparisonResultSchema.safeParse(store.result(id));
      if (result.success) return { saved, result: result.data };
      throw new AppError(
        'storage-failed',
        `The figures of "${saved.name}" were written by another version of Headroom, and this one cannot read them.`,
        {
          suggestion:
            'They stay as they are: open them with the version that saved them, or measure again.',
          details: result.error.message,
        },
      );
    },

    update({ id, name, note }) {
      const before = get(id);
      const saved = { ...before, name: name ?? before.name, note: note ?? before.note };
      store.update(saved);
      listChanged();
      return saved;
    },

    delete(id) {
      get(id);
      store.delete(id);
      listChanged();
    },
  };
}
