import type { AppErrorData } from '../errors/app-error.ts';
import { type Configuration, configurationNames } from './configuration.ts';

type Outcome =
  | { readonly outcome: 'measured' }
  | { readonly outcome: 'failed'; readonly error: AppErrorData };

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
    each?.outcome === 'failed' ? [failureSentence(names[index] ?? '', each.error)] : [],
  );
}

export function failureSentence(what: string, { message, suggestion }: AppErrorData): string {
  return [`${what} was not measured: ${message}`, suggestion]
    .filter(part => part !== null)
    .join(' ');
}
