import type { z } from 'zod';
import type { ComparisonResult, comparisonRequestSchema } from '#shared/compare/comparison.ts';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import { type FidelityTest, fidelityTestSchema } from '#shared/compare/fidelity.ts';
import type { OutputsTest } from '#shared/compare/outputs.ts';
import { type ParallelTest, parallelTestSchema } from '#shared/compare/parallel.ts';
import { type ComparisonPart, comparisonParts } from '#shared/compare/progress.ts';
import type { SpeedSeries } from '#shared/compare/speed.ts';
import { deepestWithoutCache } from '#shared/compare/speed-measurement.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { formatTokens } from '#shared/metrics/format.ts';

/** More side by side is a task for the command line. */
export const mostConfigurations = 4;

/** What is to be compared, as it is set on the page. */
export interface CompareChoice {
  readonly path: string;
  /** With a key each, which stays the same while a configuration is changed. */
  readonly configurations: readonly ChosenConfiguration[];
  readonly parts: Readonly<Record<ComparisonPart, boolean>>;
  readonly speed: SpeedSeries;
  readonly fidelity: FidelityTest;
  readonly outputs: OutputsTest;
  readonly parallel: ParallelTest;
}

export interface ChosenConfiguration {
  readonly key: number;
  readonly configuration: Configuration;
}

/** What can be changed of the choice without a word about keys. */
export type TestChoice = Pick<CompareChoice, 'speed' | 'fidelity' | 'outputs' | 'parallel'>;

let lastKey = 0;

export function chosen(configuration: Configuration): ChosenConfiguration {
  lastKey++;
  return { key: lastKey, configuration };
}

export function configurationOf(type: CacheType): Configuration {
  return configurationSchema.parse({ typeK: type, typeV: type });
}

/** A first run that answers the question most people come with, in a minute or two. */
export function firstChoice(path: string): CompareChoice {
  return {
    path,
    configurations: (['f16', 'q8_0', 'q4_0'] as const).map(type => chosen(configurationOf(type))),
    parts: { speed: true, fidelity: true, outputs: false, parallel: false },
    speed: { depths: [0, 1024], promptTokens: 256, generatedTokens: 64, repetitions: 5, seed: 0 },
    fidelity: fidelityTestSchema.parse({}),
    outputs: { prompt: 'Explain in a few sentences what a KV cache is.', tokens: 128 },
    parallel: parallelTestSchema.parse({}),
  };
}

/** The same run again, on this machine. */
export function choiceOf(result: ComparisonResult): CompareChoice {
  const first = firstChoice(result.facts.model.path);
  const { speed, fidelity, outputs, parallel, partErrors } = result;
  const asked = (part: ComparisonPart) => result[part] !== null || partErrors[part] !== undefined;
  return {
    ...first,
    configurations: result.configurations.map(chosen),
    parts: {
      speed: asked('speed'),
      fidelity: asked('fidelity'),
      outputs: asked('outputs'),
      parallel: asked('parallel'),
    },
    speed: speed?.series ?? first.speed,
    // The text itself is not kept with a run.
    fidelity: { ...first.fidelity, tokens: (fidelity?.text.expected.length ?? 511) + 1 },
    outputs: outputs?.test ?? first.outputs,
    parallel: parallel?.test ?? first.parallel,
  };
}

export function requestOf(choice: CompareChoice): z.input<typeof comparisonRequestSchema> {
  const { parts } = choice;
  return {
    path: choice.path,
    options: {},
    configurations: choice.configurations.map(({ configuration }) => configuration),
    speed: parts.speed ? choice.speed : null,
    fidelity: parts.fidelity ? choice.fidelity : null,
    outputs: parts.outputs ? choice.outputs : null,
    parallel: parts.parallel ? choice.parallel : null,
  };
}

/** What is measured, in the order of a run. */
export function askedParts(parts: CompareChoice['parts']): ComparisonPart[] {
  return comparisonParts.filter(part => parts[part]);
}

export const noModel = 'Choose a model file.';

/** Why the choice cannot be run, in a sentence; null when it can. */
export function whyNot({
  path,
  configurations,
  parts,
  speed,
  outputs,
}: CompareChoice): string | null {
  if (path === '') return noModel;
  if (askedParts(parts).length === 0) return 'Choose something to measure.';
  if (parts.speed && speed.promptTokens + speed.generatedTokens === 0) {
    return 'Speed needs tokens to read or to generate.';
  }
  const isWithoutCache = configurations.some(({ configuration }) => !configuration.keepsCache);
  if (parts.speed && isWithoutCache && Math.max(...speed.depths) > deepestWithoutCache) {
    return `Without a cache speed is measured behind ${formatTokens(deepestWithoutCache)} tokens at most.`;
  }
  if (parts.speed && isWithoutCache && speed.generatedTokens === 0) {
    return 'Without a cache speed needs tokens to generate.';
  }
  if (parts.outputs && outputs.prompt.trim() === '') return 'Write a prompt to answer.';
  return null;
}
