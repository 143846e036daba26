import { createHash } from 'node:crypto';
import type { LlamaModel, Token } from 'node-llama-cpp';
import { klDivergence, likeliestToken, lossOf } from '#shared/compare/distribution.ts';
import type { FidelityPass, PassProgress, PassResult } from '#shared/compare/fidelity-pass.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LoadedModel } from '../loading/loaded-model.ts';
import { DistributionFile } from './distribution-file.ts';
import { emptyCells } from './empty-cells.ts';
import { teacherForced, vocabularySizeOf } from './teacher-forcing.ts';

/** Some tokenizers decide by the tokens before whether a token's text begins with a space. */
const tokensBefore = 4;

/**
 * Reads a text teacher-forced with the loaded model and its cache types. Whatever was in the cells is
 * lost, and nothing is in them afterwards.
 *
 * @throws AppError `invalid-input` for a text of fewer than two tokens, `model-damaged`, `storage-failed`;
 * the signal's reason, once the call under way has ended
 */
export async function measureFidelity(
  target: LoadedModel,
  pass: FidelityPass,
  context: StreamContext<PassProgress>,
): Promise<PassResult> {
  context.signal.throwIfAborted();
  const tokens = textTokens(target, pass);
  await emptyCells(target);
  try {
    return {
      textSha256: createHash('sha256').update(target.model.detokenize(tokens)).digest('hex'),
      expected: tokens.slice(1).map((token, at) => tokenText(target.model, tokens, at, token)),
      ...(await readText(target, tokens, pass, context)),
    };
  } finally {
    await emptyCells(target);
  }
}

async function readText(
  { cache, model }: LoadedModel,
  tokens: readonly Token[],
  { role, distributionsPath }: FidelityPass,
  { signal, emit }: StreamContext<PassProgress>,
): Promise<Pick<PassResult, 'reading' | 'divergences'>> {
  // Nothing in the text follows the last token.
  const totalTokens = tokens.length - 1;
  const isBaseline = role === 'baseline';
  const open = isBaseline ? DistributionFile.toWrite : DistributionFile.toRead;
  await using file = await open(distributionsPath, vocabularySizeOf(cache.sequence), totalTokens);
  const reading: PassResult['reading'] = { losses: [], likeliest: [], likeliestTexts: [] };
  const divergences: number[] = [];
  for await (const chunk of teacherForced(cache.sequence, tokens.slice(0, -1))) {
    for (const distribution of chunk) {
      signal.throwIfAborted();
      const position = reading.losses.length;
      const likeliest = likeliestToken(distribution);
      reading.losses.push(lossOf(distribution, tokens[position + 1] ?? 0));
      reading.likeliest.push(likeliest);
      reading.likeliestTexts.push(tokenText(model, tokens, position, likeliest));
      if (isBaseline) await file.append(distribution);
      else divergences.push(klDivergence(await file.read(position), distribution));
    }
    void emit({ doneTokens: reading.losses.length, totalTokens });
  }
  return { reading, divergences: isBaseline ? null : divergences };
}

/** The beginning of the text, behind the token that the model wants before any text. */
function textTokens({ model, cache }: LoadedModel, { text, tokens }: FidelityPass): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  const opening = bos !== null && shouldPrependBosToken ? [bos] : [];
  const all = [...opening, ...model.tokenize(text)];
  if (all.length < 2) {
    throw new AppError('invalid-input', 'The text has fewer than two tokens.', {
      suggestion: 'Choose a longer text: a few hundred words tell more.',
    });
  }
  return all.slice(0, Math.min(tokens, cache.capacityTokens, model.trainContextSize));
}

/** @param position of the last token before it */
function tokenText(
  model: LlamaModel,
  tokens: readonly Token[],
  position: number,
  token: number,
): string {
  const before = tokens.slice(Math.max(0, position + 1 - tokensBefore), position + 1);
  // The library tells tokens from numbers by their type alone.
  return model.detokenize([token as Token], true, before);
}
