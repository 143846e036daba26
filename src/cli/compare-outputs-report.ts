import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationNames } from '#shared/compare/configuration.ts';
import {
  type ComparedOutput,
  comparedOutputs,
  outputSentences,
} from '#shared/compare/outputs-text.ts';
import { errorText } from './failure.ts';

type OutputsReport = Pick<ComparisonResult, 'configurations' | 'outputs' | 'partErrors'>;

/** Of `compare --json`: what each configuration wrote, or why it did not; null where none was asked to. */
export function outputsJson({ configurations, outputs }: OutputsReport) {
  const compared = comparedOutputs({ configurations, outputs });
  return (
    outputs?.configurations.map((each, index) => {
      const { typeK, typeV } = configurations[index] ?? {};
      const written = compared.find(output => output.index === index);
      if (each.outcome === 'failed' || written === undefined) return { typeK, typeV, ...each };
      const { tokens, ended, firstDivergence } = written;
      const { outcome } = each;
      return { typeK, typeV, outcome, text: tokens.join(''), tokens, ended, firstDivergence };
    }) ?? null
  );
}

/** The first answer, and what the others write from where they differ; none where nothing was asked. */
export function outputsLines(result: OutputsReport): string[] {
  const { configurations, outputs, partErrors } = result;
  if (partErrors.outputs !== undefined) {
    return [`The prompt was not answered. ${errorText(partErrors.outputs)}`];
  }
  const names = configurationNames(configurations);
  const failures = (outputs?.configurations ?? []).flatMap((each, index) =>
    each.outcome === 'failed' ? [`${names[index]} wrote nothing. ${errorText(each.error)}`] : [],
  );
  const hasReference = outputs?.configurations[0]?.outcome === 'measured';
  return [
    ...comparedOutputs(result).flatMap(each => writtenLine(each, hasReference)),
    ...failures,
    ...outputSentences(result),
  ];
}

/** In full where it is the first, or the first wrote nothing to hold it against. */
function writtenLine(
  { name, index, tokens, firstDivergence }: ComparedOutput,
  hasReference: boolean,
): string[] {
  if (index === 0 || !hasReference) return [`${name} writes: ${tokens.join('')}`];
  if (firstDivergence === null) return [];
  return [`${name} goes on with: ${tokens.slice(firstDivergence).join('')}`];
}
