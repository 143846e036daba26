import type { AppErrorData } from '#shared/errors/app-error.ts';
import type { ModelState } from '#shared/lifecycle/model-state.ts';
import { useApp } from '../state/page-context.tsx';
import { Callout, ErrorCallout } from '../ui/callout.tsx';

export interface LoadFailureProps {
  readonly error: AppErrorData;
  onDismiss(): void;
}

/** The engine's own words on what became of the model; they are not said a second time. */
const toldAftermath = /No model is loaded now\.|The model is loaded as it was before\./;

/** Why the load failed, what to do next, and what became of the model before. */
export function LoadFailure({ error, onDismiss }: LoadFailureProps) {
  const model = useApp(state => state.model);
  const aftermath =
    error.code !== 'cancelled' && toldAftermath.test(error.message) ? null : aftermathOf(model);
  if (error.code === 'cancelled') {
    return (
      <Callout tone="info" live onDismiss={onDismiss}>
        <p>The load was cancelled. {aftermath}</p>
      </Callout>
    );
  }
  return (
    <>
      <ErrorCallout error={error} onDismiss={onDismiss} />
      {aftermath !== null && <Callout tone="info">{aftermath}</Callout>}
    </>
  );
}

function aftermathOf(model: ModelState | null): string | null {
  switch (model?.phase) {
    case 'loaded':
      return `${model.report.planned.model.name} is still loaded and ready.`;
    case 'none':
      return 'No model is loaded now.';
    case 'loading':
    case 'unloading':
    case 'lent':
    case undefined:
      return null;
  }
}
