import type { AppInfo } from '#shared/contract/app-contract.ts';
import type { Settings } from '#shared/contract/settings.ts';
import { bytesPerElement, type CacheType, cacheTypes } from '#shared/kv-cache/cache-type.ts';
import type { ModelState } from '#shared/lifecycle/model-state.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { AppState } from '../state/app-store.ts';
import type { SelectOption } from '../ui/select.tsx';

export const typeOptions: readonly SelectOption<CacheType>[] = cacheTypes.map(value => {
  const bytes = bytesPerElement(value);
  return { value, label: value, description: `${bytes} bytes per element${againstF16(bytes)}` };
});

export const flashOptions: readonly SelectOption<LoadOptions['flashAttention']>[] = [
  { value: 'auto', label: 'auto', description: 'On where the backend has it' },
  { value: 'on', label: 'on', description: 'Less memory; needed for a quantized V' },
  { value: 'off', label: 'off' },
];

export const windowOptions: readonly SelectOption<'window' | 'full'>[] = [
  { value: 'window', label: 'window only', description: 'The least memory' },
  { value: 'full', label: 'full cache', description: 'Every token can be gone back to and reused' },
];

export function hasSlidingWindow(model: ModelDescription | null): boolean {
  return model?.layers?.some(({ attention }) => attention?.slidingWindow != null) ?? false;
}

export const defaultBatch = 512;

function againstF16(bytes: number): string {
  const share = Math.round((bytes / bytesPerElement('f16')) * 100);
  return share === 100 ? '' : `, ${share} % of f16`;
}

/** What is loaded (or loading) now, else what was loaded last, else the model that ships along. */
export function firstPath(
  model: ModelState | null,
  settings: Settings | null,
  info: AppInfo | null,
): string {
  if (model?.phase === 'loaded') return model.report.planned.model.path;
  if (model?.phase === 'loading') return model.path;
  return settings?.lastModelPath ?? info?.builtInModelPath ?? '';
}

/** What this file was loaded with last; null where it has not been. */
export function rememberedOptions({ model, settings }: AppState, path: string): LoadOptions | null {
  if (model?.phase === 'loaded' && model.report.planned.model.path === path) {
    return model.report.options;
  }
  if (model?.phase === 'loading' && model.path === path) return model.options;
  return settings?.loadOptionsByModel[path] ?? null;
}

/** The same, or what a load begins with otherwise. */
export function startOptions(state: AppState, path: string): LoadOptions {
  return rememberedOptions(state, path) ?? loadOptionsSchema.parse({});
}
