import { AppError } from '../errors/app-error.ts';
import { formatTokens } from '../metrics/format.ts';
import type { Snapshot, SnapshotIdentity } from './snapshot.ts';

/** Why a snapshot cannot be used with what is loaded; null where it can. */
export function refusalOf(
  { identity: saved, tokens }: Pick<Snapshot, 'identity' | 'tokens'>,
  loaded: SnapshotIdentity,
  capacityTokens: number,
): AppError | null {
  if (saved.modelFingerprint !== loaded.modelFingerprint) {
    return snapshotRefused(
      saved.modelName === loaded.modelName
        ? `It was made with other weights than those that are loaded, although both are called ${saved.modelName}.`
        : `It was made with ${saved.modelName}, and ${loaded.modelName} is loaded.`,
    );
  }
  if (saved.llamaCppRelease !== loaded.llamaCppRelease) {
    return snapshotRefused(
      `It was made by llama.cpp ${saved.llamaCppRelease}, and this is ${loaded.llamaCppRelease}: one release does not promise to understand the cells of another.`,
    );
  }
  if (saved.typeK !== loaded.typeK || saved.typeV !== loaded.typeV) {
    return snapshotRefused(
      `Its cells are ${saved.typeK} (keys) and ${saved.typeV} (values), those of the loaded model ${loaded.typeK} and ${loaded.typeV}.`,
      `Load the model with these cache types to use it.`,
    );
  }
  if (saved.flashAttention !== loaded.flashAttention) {
    const [before, now] = [saved.flashAttention, loaded.flashAttention].map(on =>
      on === true ? 'with' : 'without',
    );
    return snapshotRefused(
      `It was made ${before} flash attention, and the model is loaded ${now} it.`,
      'Load the model with the same setting to use it.',
    );
  }
  if (saved.rotationLength !== loaded.rotationLength) {
    return snapshotRefused(
      'This model rotates its keys by other factors in a context of another length, and the length has changed.',
      'Load the model with the context length from before to use it.',
    );
  }
  if (saved.swaFull !== loaded.swaFull) {
    return snapshotRefused(
      saved.swaFull
        ? 'Its sliding-window layers kept every token, and those of the loaded model keep their window.'
        : 'Its sliding-window layers kept their window, and those of the loaded model keep every token.',
      'Load the model with the same setting to use it.',
    );
  }
  if (tokens > capacityTokens) {
    return snapshotRefused(
      `It holds ${formatTokens(tokens)} tokens, and the context has room for ${formatTokens(capacityTokens)}.`,
      'Load the model with a longer context to use it.',
    );
  }
  return null;
}

/** @param why one sentence about the snapshot */
export function snapshotRefused(why: string, suggestion?: string): AppError {
  return new AppError('snapshot-refused', `The saved cache of this chat was not used. ${why}`, {
    suggestion: `Nothing is lost: the model reads the chat again. ${suggestion ?? ''}`.trim(),
  });
}

/** The file itself is at fault: it will never be of use again. */
export function snapshotDamaged(why: string, details?: string): AppError {
  return new AppError('snapshot-damaged', `The saved cache of this chat was not used. ${why}`, {
    suggestion: 'Nothing is lost: the model reads the chat again. The file has been deleted.',
    ...(details === undefined ? {} : { details }),
  });
}
