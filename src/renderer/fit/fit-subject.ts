import type { ModelDescription } from '#shared/model/model-description.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { type Preset, presets } from '#shared/model/presets.ts';

/** The model that is planned for, as far as it is known without loading. */
export interface FitSubject {
  readonly title: string;
  /** Null where it is not known how the architecture lays out its cache. */
  readonly layers: readonly ModelLayer[] | null;
  /** Tokens. */
  readonly trainedContextLength: number | null;
  readonly preset: Preset | null;
  readonly description: ModelDescription | null;
}

export function presetSubject(id: string): FitSubject | null {
  const preset = presets.find(candidate => candidate.id === id);
  if (preset === undefined) return null;
  const { title, layers, trainedContextLength } = preset;
  return { title, layers, trainedContextLength, preset, description: null };
}

export function fileSubject(description: ModelDescription): FitSubject {
  const { name, layers, trainedContextLength } = description;
  return { title: name, layers, trainedContextLength, preset: null, description };
}
