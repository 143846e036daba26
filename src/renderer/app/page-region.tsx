import type { ReactNode } from 'react';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import styles from './layout.module.css';
import { ModelHeader } from './model-header.tsx';

export interface PageRegionProps {
  /** Told where the page cannot be shown. */
  readonly name: string;
  readonly region: string;
  readonly children: ReactNode;
}

/** A page under the header that all pages have. */
export function PageRegion({ name, region, children }: PageRegionProps) {
  return (
    <main className={styles.main} data-region={region} tabIndex={-1}>
      <ModelHeader />
      <div className={styles.stage}>
        <ConnectionBanner />
        <ErrorBoundary name={name}>{children}</ErrorBoundary>
      </div>
    </main>
  );
}
