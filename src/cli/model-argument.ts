import { resolve } from 'node:path';
import { AppError } from '#shared/errors/app-error.ts';
import { findPreset, type Preset, presets } from '#shared/model/presets.ts';
import { isRemote } from '#shared/model/remote-path.ts';

const presetPrefix = 'preset:';

/**
 * The preset that a model argument names; null where it is a path.
 *
 * @throws AppError `invalid-input` for a preset that does not exist
 */
export function presetArgument(model: string): Preset | null {
  if (!model.startsWith(presetPrefix)) return null;
  const id = model.slice(presetPrefix.length);
  const preset = findPreset(id);
  if (preset !== undefined) return preset;
  throw new AppError('invalid-input', `There is no preset named "${id}".`, {
    suggestion: `Known presets: ${presets.map(known => known.id).join(', ')}.`,
  });
}

/** The path that a model argument names; a web address stays as it is. */
export function pathArgument(model: string): string {
  return isRemote(model) ? model : resolve(model);
}
