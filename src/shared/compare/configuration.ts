import { z } from 'zod';
import type { CacheTypes } from '../kv-cache/cache-size.ts';
import { loadOptionsSchema } from '../model/load.ts';

/** One way to run the model: what a comparison may vary. */
export const configurationSchema = loadOptionsSchema
  .pick({
    typeK: true,
    typeV: true,
    flashAttention: true,
    threads: true,
    batchSize: true,
    swaFull: true,
  })
  .extend({
    /** Tokens; `auto` is as long as the measurements need. */
    contextLength: loadOptionsSchema.shape.contextLength,
    /** Without one, every token has the whole text before it computed again. */
    keepsCache: z.boolean().default(true),
  });
export type Configuration = z.infer<typeof configurationSchema>;

/** What every configuration's fidelity is held against. */
export const baselineTypes: CacheTypes = { typeK: 'f16', typeV: 'f16' };

/** `q8_0` where K and V are the same, `q8_0:q4_0` where they are not. */
export function cacheTypesName({ typeK, typeV }: CacheTypes): string {
  return typeK === typeV ? typeK : `${typeK}:${typeV}`;
}

type Trait = (configuration: Configuration) => string;

const traits: readonly Trait[] = [
  ({ flashAttention }) => `flash attention ${flashAttention}`,
  ({ contextLength }) => `context ${contextLength}`,
  ({ threads }) => (threads === 1 ? '1 thread' : `${threads} threads`),
  ({ batchSize }) => `batch ${batchSize}`,
  ({ swaFull }) => (swaFull ? 'full window cache' : 'window cache'),
];

/**
 * A name for each, no two alike: the cache types, and whatever else is not the same in all of them. The
 * second of two that do not differ is numbered.
 */
export function configurationNames(configurations: readonly Configuration[]): string[] {
  const telling = traits.filter(trait => new Set(configurations.map(trait)).size > 1);
  const seen = new Map<string, number>();
  return configurations.map(configuration => {
    const cache = configuration.keepsCache ? cacheTypesName(configuration) : 'no cache';
    const name = [cache, ...telling.map(trait => trait(configuration))].join(', ');
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/**
 * What is left open is on, for all: a quantized V needs it, and where outputs are held against each other
 * only the types are to differ.
 */
export function withFlashAttention(configuration: Configuration): Configuration {
  const { flashAttention } = configuration;
  return { ...configuration, flashAttention: flashAttention === 'auto' ? 'on' : flashAttention };
}

/** Whether its cache is that of the baseline, so that it has nothing to lose against it. */
export function hasBaselineTypes({ typeK, typeV }: CacheTypes): boolean {
  return typeK === baselineTypes.typeK && typeV === baselineTypes.typeV;
}
