import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { baselineTypes, type Configuration } from '#shared/compare/configuration.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import { cacheTypeSchema, cacheTypes } from '#shared/kv-cache/cache-type.ts';

/**
 * Reads an option by the schema of the value that it sets: a number, or a word that the schema knows.
 *
 * @param expected completes "Expected ...", for whoever typed something else
 */
export function optionValue<T>(schema: z.ZodType<T>, expected: string): (text: string) => T {
  return text => {
    const isNumber = text.trim() !== '' && Number.isFinite(Number(text));
    const result = schema.safeParse(isNumber ? Number(text) : text);
    if (!result.success) throw new InvalidArgumentError(`Expected ${expected}.`);
    return result.data;
  };
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Reads a size such as `8GiB`, `512 MiB` or `16GB`; a number alone is bytes. */
export function byteCount(text: string): number {
  const { number, unit } =
    /^(?<number>\d+(?:\.\d+)?) *(?<unit>[A-Za-z]*)$/.exec(text.trim())?.groups ?? {};
  const factor = Object.entries(byteUnits).find(
    ([name]) => name.toLowerCase() === unit?.toLowerCase(),
  )?.[1];
  const bytes = Math.floor(Number(number) * (factor ?? Number.NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new InvalidArgumentError('Expected a size above 0, such as 8GiB or 512MiB.');
  }
  return bytes;
}

/** For an option that may be given more than once. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

/** Reads several numbers with commas between them, each by the schema; what is named twice counts once. */
export function numberList(
  schema: z.ZodType<number>,
  expected: string,
): (text: string) => number[] {
  const number = optionValue(schema, expected);
  return text => [...new Set(text.split(',').map(number))];
}

/** Reads types of K and V such as `f16,q8_0:q4_0`; one type alone is for both. */
export function cacheTypePairs(text: string): CacheTypes[] {
  return text.split(',').map(pair => cacheTypePair(pair, pairExpected));
}

/** The same, and `none`: no cache at all. */
export function cacheChoices(text: string): CacheChoice[] {
  return text.split(',').map(name => ({
    ...(name.trim() === 'none' ? baselineTypes : cacheTypePair(name, choiceExpected)),
    keepsCache: name.trim() !== 'none',
  }));
}

export type CacheChoice = Pick<Configuration, 'typeK' | 'typeV' | 'keepsCache'>;

const pairExpected = `Expected types such as f16,q8_0,q8_0:q4_0. Known are ${cacheTypes.join(', ')}.`;
const choiceExpected = `Expected types such as f16,q8_0,q8_0:q4_0, or none. Known are ${cacheTypes.join(', ')}.`;

function cacheTypePair(text: string, expected: string): CacheTypes {
  const [typeK, typeV, ...more] = text.split(':').map(name => {
    const result = cacheTypeSchema.safeParse(name.trim());
    if (!result.success) throw new InvalidArgumentError(expected);
    return result.data;
  });
  if (typeK === undefined || more.length > 0) throw new InvalidArgumentError(expected);
  return { typeK, typeV: typeV ?? typeK };
}
