import { useState } from 'react';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import { useApp, useFit, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { adviceFor, selectedTypes } from './fit-selected.ts';
import type { FitState } from './fit-store.ts';
import styles from './load-with.module.css';

export interface LoadWithProps {
  readonly label: string;
  /** Takes the advised cache instead of the one that is looked at. */
  readonly advised?: boolean;
  /** Tokens; 0: it cannot be loaded. */
  readonly contextLength: number;
}

/** Loads the file with what the page shows, and goes to the chat once it is there. */
export function LoadWith({ label, advised = false, contextLength }: LoadWithProps) {
  const { connection, fit, view } = usePage();
  const [error, setError] = useState<AppErrorData | null>(null);
  const kind = useFit(({ choice }) => choice.model.kind);
  const path = useFit(({ choice }) => (choice.model.kind === 'file' ? choice.model.path : ''));
  const sequences = useFit(({ choice }) => choice.sequences);
  const pending = useFit(({ table }) => table.pending);
  const phase = useApp(({ model }) => model?.phase);
  const busy = phase === 'loading' || phase === 'unloading' || phase === 'lent';
  const reason = whyNot(path, contextLength);

  const load = () => {
    setError(null);
    const options = loadOptions(fit.store.getState(), advised, contextLength);
    connection.call('model.load', { path, options }).then(
      () => view.setState({ page: 'chat' }),
      thrown => setError(toErrorData(thrown)),
    );
  };

  // A preset is a plan for a file that is not here yet.
  if (kind === 'preset') return null;
  return (
    <>
      <Button
        variant={advised ? 'primary' : 'secondary'}
        busy={busy}
        disabled={reason !== null || pending}
        focusableWhenDisabled
        onClick={load}
      >
        {label}
      </Button>
      {reason !== null ? (
        <span className={styles.note}>{reason}</span>
      ) : (
        sequences > 1 && (
          <span className={styles.note}>The chat loads one sequence, which takes less.</span>
        )
      )}
      {error !== null && (
        <div className={styles.error}>
          <ErrorCallout error={error} onDismiss={() => setError(null)} />
        </div>
      )}
    </>
  );
}

function whyNot(path: string, contextLength: number): string | null {
  if (isRemote(path)) return 'Download the file to load it.';
  return contextLength === 0 ? 'It does not fit.' : null;
}

function loadOptions(state: FitState, advised: boolean, contextLength: number): LoadOptions {
  const { choice, table } = state;
  const { typeK, typeV } = (advised ? adviceFor(state)?.pair : null) ?? selectedTypes(state);
  return loadOptionsSchema.parse({
    typeK,
    typeV,
    contextLength,
    flashAttention: choice.flashAttention ? 'on' : 'off',
    batchSize: choice.batchSize,
    // As it was resolved for this answer; asked again, `auto` may come to something else.
    gpuLayers: table.basis?.gpuLayers ?? choice.gpuLayers,
  });
}
