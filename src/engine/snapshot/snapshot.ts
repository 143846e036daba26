import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import type { RestoredCache } from '#shared/metrics/turn-figures.ts';
import {
  type CacheHolder,
  type Snapshot,
  type SnapshotIdentity,
  snapshotFormat,
} from '#shared/snapshot/snapshot.ts';
import { refusalOf, snapshotDamaged } from '#shared/snapshot/snapshot-refusal.ts';
import type { LoadedModel } from '../loading/loaded-model.ts';
import type { CellRecord } from '../turn/cell-record.ts';
import { savedTokens } from './saved-tokens.ts';
import { fileContents, flushToDisk, freeDiskBytes } from './state-file.ts';

/** Null before the first turn of a context. */
export function cacheHolder(target: LoadedModel): CacheHolder | null {
  const { record, cache, savedTokens } = target;
  if (record === null || cache.usedTokens === 0) return null;
  return {
    conversationId: record.conversationId,
    answerId: record.answerId,
    tokens: cache.usedTokens,
    bytes: target.fill().usedBytes,
    saved: savedTokens === cache.usedTokens,
  };
}

/**
 * Writes the cells to a new file. Whatever goes wrong, nothing is left of it.
 *
 * @returns what has to be known to load it again; null when the cells hold another conversation
 * @throws AppError `snapshot-failed`
 */
export async function saveSnapshot(
  target: LoadedModel,
  conversationId: string,
  statePath: string,
): Promise<Snapshot | null> {
  const { record, cache } = target;
  if (record?.conversationId !== conversationId || cache.usedTokens === 0) return null;
  const tokens = cache.usedTokens;
  if (target.weights.fingerprint === null) throw saveFailed('The model file cannot be read again.');
  try {
    await refuseFullDisk(dirname(statePath), target.fill().usedBytes ?? 0);
    const { fileSize } = await cache.sequence.saveStateToFile(statePath);
    await flushToDisk(statePath);
    const { bytes, checksum } = await fileContents(statePath);
    // The end of it may be lost when llama.cpp closes the file, which it does not look at.
    if (bytes !== fileSize) throw new Error(`${bytes} of ${fileSize} bytes are on the disk.`);
    const snapshot: Snapshot = {
      format: snapshotFormat,
      identity: identityOf(target),
      conversationId,
      tokens,
      stateBytes: bytes,
      stateChecksum: checksum,
      savedAt: Date.now(),
      lastTurn: {
        answerId: record.answerId,
        promptTokens: record.promptTokens,
        spans: [...record.spans],
        gaps: [...record.gaps],
        answerTokens: [...record.answerTokens],
      },
      answers: answersOf(target, record),
    };
    target.savedTokens = tokens;
    return snapshot;
  } catch (thrown) {
    await rm(statePath, { force: true });
    throw thrown instanceof AppError ? thrown : saveFailed(thrown);
  }
}

/**
 * Fills the cells from a file, once everything that can be checked beforehand agrees; a refusal leaves
 * the cells as they are.
 *
 * @throws AppError `snapshot-refused`, `snapshot-damaged`
 */
export async function restoreSnapshot(
  target: LoadedModel,
  snapshot: Snapshot,
  statePath: string,
): Promise<RestoredCache> {
  const startedAt = performance.now();
  const refusal = refusalOf(snapshot, identityOf(target), target.cache.capacityTokens);
  if (refusal !== null) throw refusal;
  await checkFile(snapshot, statePath);
  const { answers, answerTokens } = savedTokens(target.model, snapshot);
  await fillCells(target, snapshot, statePath);
  for (const [messageId, answer] of answers) target.answers.remember(messageId, answer);
  const { lastTurn, conversationId, tokens, savedAt } = snapshot;
  const promptTokens = Math.min(lastTurn.promptTokens, tokens);
  target.record = {
    ...lastTurn,
    answerTokens,
    conversationId,
    promptTokens,
    reusedTokens: promptTokens,
  };
  target.savedTokens = tokens;
  target.restored = { tokens, savedAt, ms: performance.now() - startedAt };
  return target.restored;
}

function identityOf({ weights, report, cache }: LoadedModel): SnapshotIdentity {
  const { tensors } = weights.file.header;
  const isLongRope = tensors.some(({ name }) => name.startsWith('rope_factors_long'));
  return {
    // An empty one agrees with none.
    modelFingerprint: weights.fingerprint ?? '',
    modelName: report.planned.model.name,
    typeK: report.options.typeK,
    typeV: report.options.typeV,
    flashAttention: report.actual.flashAttention,
    llamaCppRelease: report.llamaCppRelease,
    rotationLength: isLongRope ? report.contextLength : null,
    swaFull: report.options.swaFull && cache.slidingWindow !== null,
  };
}

async function checkFile({ stateBytes, stateChecksum }: Snapshot, path: string): Promise<void> {
  let found: Awaited<ReturnType<typeof fileContents>>;
  try {
    found = await fileContents(path);
  } catch (thrown) {
    throw snapshotDamaged('Its file cannot be read.', String(thrown));
  }
  if (found.bytes !== stateBytes) {
    throw snapshotDamaged(
      `Its file has ${formatBytes(found.bytes)}, and had ${formatBytes(stateBytes)} when it was written.`,
      `${found.bytes} of ${stateBytes} bytes`,
    );
  }
  if (found.checksum !== stateChecksum) {
    throw snapshotDamaged('Its file is not what was written: the checksum differs.');
  }
}

async function fillCells(target: LoadedModel, snapshot: Snapshot, path: string): Promise<void> {
  const { cache } = target;
  // A load that fails leaves the old cells behind a token list that says there are none.
  await cache.clear();
  target.record = null;
  target.savedTokens = 0;
  target.restored = null;
  let filled = 0;
  try {
    await cache.sequence.loadStateFromFile(path, { acceptRisk: true });
    filled = cache.usedTokens;
  } catch (thrown) {
    await cache.clear();
    throw snapshotDamaged('llama.cpp could not read it.', String(thrown));
  }
  if (filled === snapshot.tokens) return;
  await cache.clear();
  throw snapshotDamaged(
    'It holds another number of tokens than it says.',
    `${filled} of ${snapshot.tokens}`,
  );
}

function answersOf({ answers }: LoadedModel, { spans, answerId }: CellRecord): Snapshot['answers'] {
  const ids = new Set([...spans.flatMap(({ messageId }) => messageId ?? []), answerId]);
  return [...ids].flatMap(messageId => {
    const answer = answers.get(messageId);
    if (answer === undefined) return [];
    const { text, reasoning, textTokens, reasoningTokens } = answer;
    return {
      messageId,
      text,
      reasoning,
      textTokens: textTokens && [...textTokens],
      reasoningTokens: reasoningTokens && [...reasoningTokens],
    };
  });
}

async function refuseFullDisk(directory: string, bytes: number): Promise<void> {
  const free = await freeDiskBytes(directory);
  if (free > bytes) return;
  throw new AppError(
    'snapshot-failed',
    `The cache of this chat was not saved: it takes ${formatBytes(bytes)}, and the disk has ${formatBytes(free)} left.`,
    { suggestion: 'Free some space on the disk. The chat itself is saved.' },
  );
}

function saveFailed(thrown: unknown): AppError {
  return new AppError('snapshot-failed', 'The cache of this chat could not be saved.', {
    suggestion:
      'Check that the disk has space and can be written to. The chat itself is saved; its snapshot is the one from before.',
    details: String(thrown),
    cause: thrown,
  });
}
