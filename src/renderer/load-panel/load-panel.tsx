import { X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { toErrorData } from '#shared/errors/app-error.ts';
import { composerId } from '../composer/composer-focus.ts';
import { ContextField } from '../model-setup/context-field.tsx';
import { ModelFile } from '../model-setup/model-file.tsx';
import { useApp, usePage, useView } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Drawer } from '../ui/drawer.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { LoadFailure } from './load-failure.tsx';
import { type LoadForm, useLoadForm } from './load-form.ts';
import styles from './load-panel.module.css';
import { LoadProgressView } from './load-progress-view.tsx';
import { OptionFields } from './option-fields.tsx';
import { PlanTotal, PlanView } from './plan-view.tsx';

const panelWidth = 480;

/** Chooses a model file and how to load it. Open while `view.loadPanelOpen`. */
export function LoadPanel() {
  const { view } = usePage();
  const open = useView(state => state.loadPanelOpen);
  const loaded = useRef(false);
  // The form begins with what is loaded, or was last: it has to be known by then.
  const known = useApp(
    ({ info, model, settings }) => info !== null && model !== null && settings !== null,
  );
  const close = () => view.setState({ loadPanelOpen: false });
  return (
    <Drawer
      side="right"
      title="Load a model"
      width={panelWidth}
      open={open}
      onOpenChange={next => view.setState({ loadPanelOpen: next })}
      bare
      finalFocus={() => {
        const toComposer = loaded.current;
        loaded.current = false;
        return (toComposer ? document.getElementById(composerId) : null) ?? true;
      }}
    >
      <header className={styles.head}>
        <p className={styles.title} aria-hidden="true">
          Load a model
        </p>
        <IconButton label="Close" icon={<X />} size="small" onClick={close} />
      </header>
      {known ? (
        <LoadPanelContent
          onLoaded={() => {
            loaded.current = true;
            close();
          }}
        />
      ) : (
        <p className={styles.body} role="status">
          Waiting for Headroom
        </p>
      )}
    </Drawer>
  );
}

interface LoadPanelContentProps {
  onLoaded(): void;
}

function LoadPanelContent({ onLoaded }: LoadPanelContentProps) {
  const { connection, fit, view } = usePage();
  const form = useLoadForm();
  const phase = useApp(state => state.model?.phase);
  const [error, setError] = useState<AppErrorData | null>(null);
  const busy = phase === 'loading' || phase === 'unloading' || phase === 'lent';

  const load = () => {
    setError(null);
    connection
      .call('model.load', { path: form.path, options: form.options })
      .then(onLoaded, thrown => setError(toErrorData(thrown)));
  };
  const seeWhatFits = () => {
    if (form.path !== '') fit.choose({ kind: 'file', path: form.path });
    view.setState({ loadPanelOpen: false, page: 'fit' });
  };
  const unload = () => {
    setError(null);
    connection.call('model.unload', {}).catch(thrown => setError(toErrorData(thrown)));
  };

  return (
    <>
      <div className={styles.body}>
        {error !== null && <LoadFailure error={error} onDismiss={() => setError(null)} />}
        <div className={styles.form} inert={busy}>
          <ModelFile path={form.path} model={form.model} choosePath={form.choosePath} />
          <ContextChoice form={form} />
          <OptionFields form={form} />
          <PlanView form={form} />
        </div>
      </div>
      <footer className={styles.foot}>
        {busy ? (
          <LoadProgressView onFailure={setError} />
        ) : (
          <Actions
            form={form}
            canUnload={phase === 'loaded'}
            onLoad={load}
            onUnload={unload}
            onFit={seeWhatFits}
          />
        )}
      </footer>
    </>
  );
}

function ContextChoice({ form: { options, change, model, plan } }: { readonly form: LoadForm }) {
  const chosen = options.contextLength === 'auto' ? null : options.contextLength;
  return (
    <ContextField
      value={chosen}
      onValueChange={next => change({ contextLength: next ?? 'auto' })}
      trained={model.value?.trainedContextLength ?? null}
      resolved={chosen ?? plan.value?.contextLength ?? null}
      empty={{
        name: 'auto',
        description: 'Empty is automatic: the trained length, at most 4,096.',
      }}
    />
  );
}

interface ActionsProps {
  readonly form: LoadForm;
  readonly canUnload: boolean;
  onLoad(): void;
  onUnload(): void;
  onFit(): void;
}

const blockerId = 'load-blocker';

function Actions({ form, canUnload, onLoad, onUnload, onFit }: ActionsProps) {
  const { blocker } = form;
  return (
    <>
      {/* What is wrong with the file is written under its field already. */}
      <p
        id={blockerId}
        className={classNames(
          styles.blocker,
          (blocker === null || blocker === form.model.error) && styles.hidden,
        )}
        aria-live="polite"
      >
        {blocker !== null && (
          <>
            <span>{blocker.message}</span>{' '}
            {blocker.suggestion !== null && (
              <span className={styles.suggestion}>{blocker.suggestion}</span>
            )}
          </>
        )}
      </p>
      {blocker === null && <PlanTotal form={form} />}
      <div className={styles.actions}>
        <Button variant="quiet" onClick={onFit}>
          See what fits
        </Button>
        {canUnload && (
          <Button variant="quiet" onClick={onUnload}>
            Unload
          </Button>
        )}
        <Button
          variant="primary"
          disabled={blocker !== null}
          focusableWhenDisabled
          aria-describedby={blockerId}
          onClick={onLoad}
        >
          Load
        </Button>
      </div>
    </>
  );
}
