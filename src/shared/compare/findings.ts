import type { ComparisonResult } from './comparison.ts';
import { fidelitySentences } from './fidelity-text.ts';
import { outputSentences } from './outputs-text.ts';
import { parallelFindings } from './parallel-text.ts';
import { speedFindings } from './speed-text.ts';

/** What a run means, in plain sentences, each from this run's own figures. */
export function comparisonFindings(result: ComparisonResult): string[] {
  const { fidelity } = result;
  return [
    ...speedFindings(result),
    ...(fidelity === null ? [] : fidelitySentences({ ...result, fidelity })),
    ...outputSentences(result),
    ...parallelFindings(result),
  ];
}
