import { z } from 'zod';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';

/** What K and V are kept as in one of the configurations that are compared. */
export const cachePairSchema = z.object({ typeK: cacheTypeSchema, typeV: cacheTypeSchema });
export type CachePair = z.infer<typeof cachePairSchema>;

/** As it is typed and shown: q8_0 for both, q8_0:q4_0 for K and V. */
export function cachePairName({ typeK, typeV }: CachePair): string {
  return typeK === typeV ? typeK : `${typeK}:${typeV}`;
}
