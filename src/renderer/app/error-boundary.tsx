import { Component, type ReactNode } from 'react';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import styles from './error-boundary.module.css';

interface Props {
  /** What failed, as the subject of a sentence: "The Monitor". */
  readonly name: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: AppErrorData | null;
}

/** Keeps a defect in one part of the window from taking the others with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: toErrorData(thrown) };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className={styles.fallback}>
        <ErrorCallout
          error={{
            ...error,
            message: `${this.props.name} could not be shown, because something went wrong inside Headroom.`,
          }}
          actions={
            <Button size="small" onClick={() => this.setState({ error: null })}>
              Show it again
            </Button>
          }
        />
      </div>
    );
  }
}
