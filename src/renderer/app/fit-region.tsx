import { FitPage } from '../fit/fit-page.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import styles from './layout.module.css';
import { ModelHeader } from './model-header.tsx';

/** The Fit page under the header that all pages have. */
export function FitRegion() {
  return (
    <main className={styles.main} data-region="fit" tabIndex={-1}>
      <ModelHeader />
      <div className={styles.stage}>
        <ConnectionBanner />
        <ErrorBoundary name="The Fit page">
          <FitPage />
        </ErrorBoundary>
      </div>
    </main>
  );
}
