import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

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

/** For an option that may be given more than once. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}
