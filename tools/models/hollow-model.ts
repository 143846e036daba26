import { open } from 'node:fs/promises';
import { encodeGgufHeader, type GgufContent, tensorDataBytes } from '../gguf/gguf-writer.ts';
import type { LlamaRecipe } from './model-recipe.ts';
import { randomModel } from './random-model.ts';

/**
 * Writes a file with the header of a large model and a hole where its weights would be: enough for
 * whatever does not read them, such as llama.cpp's simulation of its memory. It takes next to no room on
 * the disk.
 *
 * @param vocabularySize tokens; those beyond our own word list are never used
 */
export async function writeHollowModel(
  path: string,
  recipe: LlamaRecipe,
  vocabularySize: number,
): Promise<void> {
  const content: GgufContent = randomModel(recipe, vocabularySize);
  const header = encodeGgufHeader(content);
  await using file = await open(path, 'w');
  await file.writeFile(header);
  await file.truncate(header.length + tensorDataBytes(content));
}
