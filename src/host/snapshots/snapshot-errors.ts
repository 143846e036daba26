import { AppError, type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import type { CacheHolder } from '#shared/snapshot/snapshot.ts';
import { snapshotDamaged } from '#shared/snapshot/snapshot-refusal.ts';
import { type EngineSession, engineFailure } from '../engine/supervisor.ts';

/** @throws AppError `snapshot-failed` */
export function refuseBeyondBudget({ bytes }: CacheHolder, budget: number): void {
  if (budget > 0 && (bytes === null || bytes <= budget)) return;
  const takes = bytes === null ? '' : `it takes ${formatBytes(bytes)}, and `;
  throw new AppError(
    'snapshot-failed',
    `The cache of this chat was not saved: ${takes}all snapshots together may take ${formatBytes(budget)}.`,
    { suggestion: 'Raise that limit, or let the model read the chat again next time.' },
  );
}

export function saveError(thrown: unknown): AppErrorData {
  if (thrown instanceof AppError && thrown.code !== 'connection-lost') return thrown.data;
  return new AppError('snapshot-failed', 'The cache of this chat could not be saved.', {
    suggestion: 'The chat itself is saved; its snapshot, if there was one, is the one from before.',
    details: toErrorData(thrown).details ?? String(thrown),
  }).data;
}

/** Null where the snapshot is not at fault: the engine was restarted or closed, or a load came first. */
export async function restoreError(
  session: EngineSession,
  thrown: unknown,
): Promise<AppErrorData | null> {
  const error = await engineFailure(session, thrown);
  if (error.code === 'engine-crashed') {
    return snapshotDamaged('The engine ended while it was read.', error.message).data;
  }
  const isOwn = error.code === 'snapshot-refused' || error.code === 'snapshot-damaged';
  return isOwn || error.code === 'internal' ? error : null;
}

export function holdsDeleted(): AppError {
  return new AppError('snapshot-failed', 'The cells still hold something that was deleted.', {
    suggestion: 'They can be saved after the next turn.',
  });
}

export function heldByAnother(): AppError {
  return new AppError('snapshot-failed', 'The cache does not hold this chat.', {
    suggestion: 'Send a message in it first: then its cells can be saved.',
  });
}

export function noModel(): AppError {
  return new AppError('no-model', 'No model is loaded, so there are no cells to save.', {
    suggestion: 'Load a model first.',
  });
}
