import type { AppErrorData } from '../errors/app-error.ts';
import type { ComparisonResult } from './comparison.ts';
import { type Configuration, configurationNames } from './configuration.ts';
import { repeatedBaseline } from './fidelity-text.ts';
import { type ComparisonPart, comparisonParts } from './progress.ts';

type Outcome =
  | { readonly outcome: 'measured' }
  | { readonly outcome: 'failed'; readonly error: AppErrorData };

/** Something that has no figures. */
export interface RunFailure {
  readonly what: string;
  readonly error: AppErrorData;
}

/**
 * All that a run has no figures of: whole parts, configurations, single numbers of sequences. A configuration
 * that has figures of another part is named together with the parts that it has none of.
 */
export function runFailures(
  result: ComparisonResult,
  partNames: Readonly<Record<ComparisonPart, string>>,
): RunFailure[] {
  const { partErrors, configurations, fidelity } = result;
  const noise = fidelity?.noise;
  return [
    ...comparisonParts.flatMap(part => {
      const error = partErrors[part];
      return error === undefined ? [] : [{ what: partNames[part], error }];
    }),
    ...configurationNames(configurations).flatMap((name, index) => [
      ...configurationFailures(result, name, index, partNames),
      ...countFailures(result, name, index),
    ]),
    ...(noise?.outcome === 'failed' ? [{ what: repeatedBaseline, error: noise.error }] : []),
  ];
}

/** One for each reason; a configuration that cannot be loaded has the same one in every part. */
function configurationFailures(
  result: ComparisonResult,
  name: string,
  index: number,
  partNames: Readonly<Record<ComparisonPart, string>>,
): RunFailure[] {
  const tried = comparisonParts.filter(part => result[part]?.configurations[index] != null);
  const reasons = new Map<string, { parts: ComparisonPart[]; error: AppErrorData }>();
  for (const part of tried) {
    const each = result[part]?.configurations[index];
    if (each?.outcome !== 'failed') continue;
    const { parts } = reasons.get(each.error.message) ?? { parts: [] };
    reasons.set(each.error.message, { parts: [...parts, part], error: each.error });
  }
  return [...reasons.values()].map(({ parts, error }) => ({
    what:
      parts.length === tried.length
        ? name
        : `${name} (${parts.map(part => partNames[part]).join(', ')})`,
    error,
  }));
}

function countFailures({ parallel }: ComparisonResult, name: string, index: number): RunFailure[] {
  const each = parallel?.configurations[index];
  if (each?.outcome !== 'measured') return [];
  return each.counts.flatMap(count =>
    count.outcome === 'failed'
      ? [{ what: `${name}, ${count.sequences} at once,`, error: count.error }]
      : [],
  );
}

/**
 * Which configurations have no figures, and why.
 *
 * @param outcomes in the order of the configurations; null where nothing was to be measured
 */
export function failureSentences(
  configurations: readonly Configuration[],
  outcomes: readonly (Outcome | null)[],
): string[] {
  const names = configurationNames(configurations);
  return outcomes.flatMap((each, index) =>
    each?.outcome === 'failed'
      ? [failureSentence({ what: names[index] ?? '', error: each.error })]
      : [],
  );
}

export function failureSentence(failure: RunFailure): string {
  return [failureMessage(failure), failure.error.suggestion]
    .filter(part => part !== null)
    .join(' ');
}

export function failureMessage({ what, error }: RunFailure): string {
  return `${what} was not measured: ${error.message}`;
}
