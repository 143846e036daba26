import { useState } from 'react';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { useApp, usePage, useView } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';

/** What went wrong and concerns the next message, right above where it is written. */
export function Notices() {
  const { view } = usePage();
  const notice = useView(state => state.notice);
  const engine = useApp(state => state.engine);
  // While it is being restarted, the failed answer and the line under the message box say so.
  const engineError = engine?.phase === 'crashed' && !engine.restarting ? engine.error : null;
  return (
    <>
      {engineError !== null && <ErrorCallout error={engineError} />}
      {engineError === null && <ModelNotice />}
      {notice !== null && (
        <ErrorCallout error={notice} onDismiss={() => view.setState({ notice: null })} />
      )}
    </>
  );
}

/** Why there is no model, or why another one was not loaded; gone once it was dismissed. */
function ModelNotice() {
  const { view } = usePage();
  const error = useApp(state =>
    state.model?.phase === 'none' || state.model?.phase === 'loaded' ? state.model.error : null,
  );
  const panelOpen = useView(state => state.loadPanelOpen);
  const [dismissed, setDismissed] = useState<AppErrorData | null>(null);
  // The Load panel shows the same error itself.
  if (error === null || error === dismissed || panelOpen) return null;
  return (
    <ErrorCallout
      error={error}
      onDismiss={() => setDismissed(error)}
      actions={
        <Button size="small" onClick={() => view.setState({ loadPanelOpen: true })}>
          Choose a model
        </Button>
      }
    />
  );
}
