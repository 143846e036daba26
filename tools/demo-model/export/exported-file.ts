import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { decodeTensor, TENSOR_FORMATS, tensorBytes } from '../../gguf/tensor-encoding.ts';
import { TOKEN_TYPE, type Vocabulary } from '../../gguf/vocabulary.ts';

/** The values of every tensor as llama.cpp computes with them, dequantized. */
export async function readExportedValues(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const { header } = await readGgufFile(path);
  await using file = await open(path);
  const values = new Map<string, Float32Array>();
  for (const { name, dimensions, type: number, offset } of header.tensors) {
    const type = typeNumbered(number);
    const count = dimensions.reduce((product, size) => product * size, 1);
    const bytes = new Uint8Array(tensorBytes(type, count));
    await file.read(bytes, 0, bytes.length, header.dataOffset + offset);
    values.set(name, decodeTensor(type, bytes));
  }
  return values;
}

/** The same as files of little-endian float32, one per tensor, in a directory emptied before. */
export async function writeExportedValues(path: string, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const [name, values] of await readExportedValues(path)) {
    await writeFile(join(directory, `${name}.f32`), values);
  }
}

/** The vocabulary that a file was exported with. */
export async function readExportedVocabulary(path: string): Promise<Vocabulary> {
  const { ggml } = (await readGgufFileInfo(path)).metadata.tokenizer;
  const { scores = [], token_type: types = [] } = ggml;
  const tokens = ggml.tokens.map((text, id) => ({
    text,
    score: scores[id] ?? 0,
    type: types[id] ?? TOKEN_TYPE.normal,
  }));
  const idOf = (text: string): number => tokens.findIndex(token => token.text === text);
  return {
    tokens,
    unknownId: idOf('<unk>'),
    bosId: idOf('<s>'),
    startOfTurnId: idOf('<|im_start|>'),
    endOfTurnId: idOf('<|im_end|>'),
  };
}

function typeNumbered(number: number): keyof typeof TENSOR_FORMATS {
  for (const type of ['F32', 'F16', 'Q8_0'] as const) {
    if (TENSOR_FORMATS[type].number === number) return type;
  }
  throw new Error(`No tensor of the built-in model has the type ${number}.`);
}
