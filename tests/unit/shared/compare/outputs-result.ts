import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ConfigurationOutput } from '#shared/compare/outputs.ts';

/** Why an answer is missing. */
export const error = {
  code: 'engine-crashed',
  message: 'The engine ended.',
  suggestion: null,
  details: null,
} as const;

interface Wrote {
  readonly configuration: Configuration;
  readonly output: ConfigurationOutput;
}

/** @param tokens null of one that failed */
export function wrote(
  type: Configuration['typeK'],
  tokens: string[] | null,
  keepsCache = true,
): Wrote {
  return {
    configuration: configurationSchema.parse({ typeK: type, typeV: type, keepsCache }),
    output:
      tokens === null
        ? { outcome: 'failed', error }
        : { outcome: 'measured', tokens, ended: false },
  };
}

/** What a run of outputs gives, of configurations in this order. */
export function outputsResult(all: readonly Wrote[]) {
  return {
    configurations: all.map(({ configuration }) => configuration),
    outputs: {
      test: { prompt: 'Why?', tokens: 3 },
      configurations: all.map(({ output }) => output),
    },
    partErrors: {},
  };
}
