import type { ComparisonResult } from './comparison.ts';
import { fidelitySentences } from './fidelity-text.ts';
import { outputSentences } from './outputs-text.ts';
import { parallelFindings } from './parallel-text.ts';
import type { ComparisonPart } from './progress.ts';
import { speedFindings } from './speed-text.ts';

export interface PartFindings {
  readonly part: ComparisonPart;
  readonly sentences: readonly string[];
}

/** What a run means, in plain sentences, each from this run's own figures; only parts that say something. */
export function comparisonFindings(result: ComparisonResult): PartFindings[] {
  const { fidelity } = result;
  const findings: PartFindings[] = [
    { part: 'speed', sentences: speedFindings(result) },
    {
      part: 'fidelity',
      sentences: fidelity === null ? [] : fidelitySentences({ ...result, fidelity }),
    },
    { part: 'outputs', sentences: outputSentences(result) },
    { part: 'parallel', sentences: parallelFindings(result) },
  ];
  return findings.filter(({ sentences }) => sentences.length > 0);
}
