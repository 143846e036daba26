import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { comparisonParts } from '#shared/compare/progress.ts';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { ErrorCallout } from '../ui/callout.tsx';
import { partTexts } from './part-texts.ts';

export interface ResultProblemsProps {
  readonly result: ComparisonResult;
  readonly names: readonly string[];
}

/** What has no figures, and why: nothing that is missing looks as if it had been left out. */
export function ResultProblems({ result, names }: ResultProblemsProps) {
  return problemsOf(result, names).map(({ key, error }) => (
    <ErrorCallout key={key} error={error} tone="warning" live={false} />
  ));
}

interface Problem {
  readonly key: string;
  readonly error: AppErrorData;
}

function problemsOf(result: ComparisonResult, names: readonly string[]): Problem[] {
  const parts = comparisonParts.flatMap(part => {
    const error = result.partErrors[part];
    return error === undefined ? [] : [said(partTexts[part].name, error)];
  });
  const configurations = names.flatMap((name, index) => {
    // One that failed in one part was not tried in those after it.
    const error = comparisonParts
      .map(part => result[part]?.configurations[index])
      .find(outcome => outcome?.outcome === 'failed')?.error;
    return error === undefined ? [] : [said(name, error)];
  });
  return [...parts, ...configurations];
}

function said(name: string, error: AppErrorData): Problem {
  return { key: name, error: { ...error, message: `${name} was not measured: ${error.message}` } };
}
