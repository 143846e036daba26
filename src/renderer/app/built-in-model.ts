import type { ModelDescription } from '#shared/model/model-description.ts';
import { useApp } from '../state/page-context.tsx';

/** The built-in model while it is the one that is loaded; null while another is, or none. */
export function useBuiltInModel(): ModelDescription | null {
  return useApp(({ model, info }) => {
    if (model?.phase !== 'loaded') return null;
    const description = model.report.planned.model;
    return description.path === info?.builtInModelPath ? description : null;
  });
}
