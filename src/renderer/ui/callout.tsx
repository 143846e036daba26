import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import styles from './callout.module.css';
import { CopyButton } from './copy-button.tsx';
import { IconButton } from './icon-button.tsx';

const icons = {
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  error: CircleAlert,
};

export interface CalloutProps {
  readonly tone: 'info' | 'success' | 'warning' | 'error';
  readonly children: ReactNode;
  /** Buttons under the text. */
  readonly actions?: ReactNode;
  onDismiss?(): void;
  /** Spoken at once; for what appears while the user does something else. */
  readonly live?: boolean;
}

export function Callout({ tone, children, actions, onDismiss, live = false }: CalloutProps) {
  const Icon = icons[tone];
  return (
    <div
      className={styles.callout}
      data-tone={tone}
      {...(live ? { role: tone === 'error' ? 'alert' : 'status' } : {})}
    >
      <Icon className={styles.icon} aria-hidden="true" />
      <div className={styles.content}>
        <div className={styles.text}>{children}</div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {onDismiss !== undefined && (
        <IconButton label="Dismiss" icon={<X />} size="small" onClick={onDismiss} />
      )}
    </div>
  );
}

export interface ErrorCalloutProps {
  readonly error: AppErrorData;
  readonly tone?: CalloutProps['tone'];
  readonly actions?: ReactNode;
  onDismiss?(): void;
  readonly live?: boolean;
}

/** What happened and why, then what to do next; the technical text only by way of the clipboard. */
export function ErrorCallout({
  error,
  tone = 'error',
  actions,
  onDismiss,
  live = true,
}: ErrorCalloutProps) {
  return (
    <Callout
      tone={tone}
      live={live}
      {...(onDismiss === undefined ? {} : { onDismiss })}
      actions={
        <>
          {actions}
          <CopyButton label="Copy details" text={() => errorDetails(error)} />
        </>
      }
    >
      <p>{error.message}</p>
      {error.suggestion !== null && <p className={styles.suggestion}>{error.suggestion}</p>}
    </Callout>
  );
}

function errorDetails(error: AppErrorData): string {
  return [`${error.code}: ${error.message}`, error.suggestion, error.details]
    .filter(part => part !== null)
    .join('\n\n');
}
