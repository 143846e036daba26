import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { failureMessage, runFailures } from '#shared/compare/failure-text.ts';
import { ErrorCallout } from '../ui/callout.tsx';
import { partNames } from './part-texts.ts';

/** What has no figures, and why: nothing that is missing looks as if it had been left out. */
export function ResultProblems({ result }: { readonly result: ComparisonResult }) {
  return runFailures(result, partNames).map(failure => {
    const message = failureMessage(failure);
    return (
      <ErrorCallout
        key={message}
        error={{ ...failure.error, message }}
        tone="warning"
        live={false}
      />
    );
  });
}
